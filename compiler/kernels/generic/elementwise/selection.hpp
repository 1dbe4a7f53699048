// Host side of kernels: selection.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/selection.hpp"

namespace burin {

class SelectKernel final : public SharedKernel {
 public:
  explicit SelectKernel(Op op)
      : SharedKernel({"Select", op, KernelSet::generic, "generic/select.hpp",
                      "One choice an element, any broadcasting."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
