// Host side of kernels: reduction.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/reduction/reduction.hpp"

namespace burin {

// A kernel of generic/reduction.hpp.
class ReductionKernel final : public Kernel {
 public:
  ReductionKernel(Op op, ReductionKind kind)
      : facts_{"Reduce", op, KernelSet::generic, "generic/reduction.hpp",
               "One step an element of the input, any dimensions."},
        kind_(kind) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
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
