// Host side of kernels: movement.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

class StridedCopyKernel final : public SharedKernel {
 public:
  constexpr explicit StridedCopyKernel(Op op)
      : SharedKernel({"StridedCopy", op, KernelSet::generic, "generic/strided_copy.hpp",
                      "Copies the longest runs of bytes that lie together."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
