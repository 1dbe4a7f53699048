// Host side of kernels: argument.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/reduction/argument.hpp"

namespace burin {

class ArgumentKernel final : public Kernel {
 public:
  ArgumentKernel(Op op, bool greater)
      : facts_{"Argument", op, KernelSet::generic, "generic/argument.hpp", "One comparison an element."},
        greater_(greater) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  bool greater_;
};

}  // namespace burin
