// Host side of kernels: movement.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

class StridedCopyKernel final : public Kernel {
 public:
  constexpr explicit StridedCopyKernel(Op op)
      : facts_{"StridedCopy", op, KernelSet::generic, "generic/strided_copy.hpp",
               "Copies the longest runs of bytes that lie together."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
