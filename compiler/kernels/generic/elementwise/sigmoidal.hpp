// Host side of kernels: sigmoidal.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/sigmoidal.hpp"

namespace burin {

// LogisticS16 or TanhS16.
class SigmoidS16Kernel final : public SharedKernel {
 public:
  SigmoidS16Kernel(std::string_view name, Op op)
      : SharedKernel({name, op, KernelSet::generic, "generic/unary_sigmoid_s16.hpp",
                      "Straight lines between 256 values of the logistic function."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
