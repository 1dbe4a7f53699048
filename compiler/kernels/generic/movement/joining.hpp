// Host side of kernels: joining.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/joining.hpp"

namespace burin {

class JoinKernel final : public SharedKernel {
 public:
  constexpr explicit JoinKernel(Op op)
      : SharedKernel({"Join", op, KernelSet::generic, "generic/join.hpp", "Copies part after part."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

class SeparateKernel final : public SharedKernel {
 public:
  constexpr explicit SeparateKernel(Op op)
      : SharedKernel(
            {"Separate", op, KernelSet::generic, "generic/separate.hpp", "Copies part after part."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
