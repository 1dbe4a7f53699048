// Host side of kernels: space batch.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/space_batch.hpp"

namespace burin {

class SpaceBatchKernel final : public Kernel {
 public:
  SpaceBatchKernel(Op op, bool to_batch)
      : facts_{to_batch ? "SpaceToBatch" : "BatchToSpace", op, KernelSet::generic, "generic/space_batch.hpp",
               "Copies pixel after pixel."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
