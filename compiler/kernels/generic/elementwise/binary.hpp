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
class BinaryF32Kernel final : public Kernel {
 public:
  BinaryF32Kernel(std::string_view name, Op op, std::string_view summary,
                  std::string_view header = "generic/binary_f32.hpp")
      : facts_{name, op, KernelSet::generic, header, summary} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

// A kernel of generic/binary_s32.hpp.
class BinaryS32Kernel final : public Kernel {
 public:
  BinaryS32Kernel(std::string_view name, Op op, std::string_view summary)
      : facts_{name, op, KernelSet::generic, "generic/binary_s32.hpp", summary} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
