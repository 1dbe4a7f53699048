// Host side of kernels: reshaping.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/reshaping.hpp"

namespace burin {

class CopyKernel final : public SharedKernel {
 public:
  constexpr explicit CopyKernel(Op op)
      : SharedKernel(
            {"Copy", op, KernelSet::generic, "generic/copy.hpp", "Copies the bytes, where it must."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
