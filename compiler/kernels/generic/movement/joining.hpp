// Host side of kernels: joining.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/joining.hpp"

namespace burin {

class JoinKernel final : public Kernel {
 public:
  constexpr explicit JoinKernel(Op op)
      : facts_{"Join", op, KernelSet::generic, "generic/join.hpp", "Copies part after part."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

class SeparateKernel final : public Kernel {
 public:
  constexpr explicit SeparateKernel(Op op)
      : facts_{"Separate", op, KernelSet::generic, "generic/separate.hpp", "Copies part after part."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
