// Host side of kernels: binary.
#pragma once

#include "kernels/kernel.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/binary.hpp"

namespace burin {

// Fills what calls of kernels over `Broadcast` (runtime-stub/generic/broadcast.hpp) have in common: geometry,
// in-place permissions, and as first arguments left, right, the axes where several are needed, output.
void describe_broadcast(const NodeView& view, KernelCall& call);

// A kernel of generic/binary_f32.hpp or generic/arithmetic_f32.hpp.
class BinaryF32Kernel final : public SharedKernel {
 public:
  BinaryF32Kernel(std::string_view name, Op op, std::string_view summary,
                  std::string_view header = "generic/binary_f32.hpp")
      : SharedKernel({name, op, KernelSet::generic, header, summary}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

// A kernel of generic/binary_s32.hpp.
class BinaryS32Kernel final : public SharedKernel {
 public:
  BinaryS32Kernel(std::string_view name, Op op, std::string_view summary)
      : SharedKernel({name, op, KernelSet::generic, "generic/binary_s32.hpp", summary}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
