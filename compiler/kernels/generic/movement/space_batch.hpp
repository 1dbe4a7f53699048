// Host side of kernels: space batch.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/space_batch.hpp"

namespace burin {

class SpaceBatchKernel final : public SharedKernel {
 public:
  SpaceBatchKernel(Op op, bool to_batch)
      : SharedKernel({to_batch ? "SpaceToBatch" : "BatchToSpace", op, KernelSet::generic,
                      "generic/space_batch.hpp", "Copies pixel after pixel."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
