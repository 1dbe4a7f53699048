// Host side of kernels: argument.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/reduction/argument.hpp"

namespace burin {

class ArgumentKernel final : public SharedKernel {
 public:
  ArgumentKernel(Op op, bool greater)
      : SharedKernel(
            {"Argument", op, KernelSet::generic, "generic/argument.hpp", "One comparison an element."}),
        greater_(greater) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  bool greater_;
};

}  // namespace burin
