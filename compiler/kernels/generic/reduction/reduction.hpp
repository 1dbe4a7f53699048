// Host side of kernels: reduction.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/reduction/reduction.hpp"

namespace burin {

// A kernel of generic/reduction.hpp.
class ReductionKernel final : public SharedKernel {
 public:
  ReductionKernel(Op op, ReductionKind kind)
      : SharedKernel({"Reduce", op, KernelSet::generic, "generic/reduction.hpp",
                      "One step an element of the input, any dimensions."}),
        kind_(kind) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  ReductionKind kind_;
};

// Sums of quantized numbers, which are scaled.
class QuantizedSumKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override;
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
