// Host side of kernels: selection.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/selection.hpp"

namespace burin {

class SelectKernel final : public Kernel {
 public:
  explicit SelectKernel(Op op)
      : facts_{"Select", op, KernelSet::generic, "generic/select.hpp",
               "One choice an element, any broadcasting."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
