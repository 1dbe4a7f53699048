// Host side of kernels: comparison.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/comparison.hpp"

namespace burin {

// The definition for int8: both operands brought to one scale. A kernel of generic/comparison_scaled.hpp.
class ScaledComparisonKernel final : public Kernel {
 public:
  ScaledComparisonKernel(Op op, Relation relation)
      : facts_{"CompareScaled", op, KernelSet::generic, "generic/comparison_scaled.hpp",
               "int8, two requantizations an element, any broadcasting."},
        relation_(relation) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  Relation relation_;
};

class ComparisonKernel final : public Kernel {
 public:
  ComparisonKernel(Op op, Relation relation)
      : facts_{"Compare", op, KernelSet::generic, "generic/comparison.hpp",
               "One comparison an element, any broadcasting."},
        relation_(relation) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  Relation relation_;
};

}  // namespace burin
