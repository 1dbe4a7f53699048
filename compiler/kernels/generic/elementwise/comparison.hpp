// Host side of kernels: comparison.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/comparison.hpp"

namespace burin {

// The definition for int8: both operands brought to one scale. A kernel of generic/comparison_scaled.hpp.
class ScaledComparisonKernel final : public SharedKernel {
 public:
  ScaledComparisonKernel(Op op, Relation relation)
      : SharedKernel({"CompareScaled", op, KernelSet::generic, "generic/comparison_scaled.hpp",
                      "int8, two requantizations an element, any broadcasting."}),
        relation_(relation) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  Relation relation_;
};

class ComparisonKernel final : public SharedKernel {
 public:
  ComparisonKernel(Op op, Relation relation)
      : SharedKernel({"Compare", op, KernelSet::generic, "generic/comparison.hpp",
                      "One comparison an element, any broadcasting."}),
        relation_(relation) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  Relation relation_;
};

}  // namespace burin
