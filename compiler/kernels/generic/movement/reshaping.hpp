// Host side of kernels: reshaping.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/reshaping.hpp"

namespace burin {

class CopyKernel final : public Kernel {
 public:
  constexpr explicit CopyKernel(Op op)
      : facts_{"Copy", op, KernelSet::generic, "generic/copy.hpp", "Copies the bytes, where it must."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
