// Host side of kernels: unary.
#pragma once

#include "kernels/kernel.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

// Any operator with one 8-bit input, one 8-bit or 16-bit output and no relation between elements: its values
// are asked of its own evaluation.
class LookupKernel final : public Kernel {
 public:
  explicit LookupKernel(Op op)
      : facts_{"LookupS8", op, KernelSet::generic, "generic/lookup_s8.hpp",
               "A table of the 256 possible results."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

// TwoSlopes: no table, and any width.
class TwoSlopesKernel final : public Kernel {
 public:
  using Function = SlopedFunction (*)(const NodeView&, Rounding);
  TwoSlopesKernel(Op op, Function function)
      : facts_{"TwoSlopes", op, KernelSet::generic, "generic/two_slopes.hpp",
               "One requantization an element, no table."},
        function_(function) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  Function function_;
};

// A float32 kernel run(input, output, parameters...) with `elements` for its geometry.
class UnaryF32Kernel final : public Kernel {
 public:
  using Parameters = std::vector<float> (*)(const NodeView&);
  UnaryF32Kernel(KernelFacts facts, Parameters parameters, const Work& each, int32_t code_bytes)
      : facts_(facts), parameters_(parameters), each_(each), code_bytes_(code_bytes) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  Parameters parameters_;
  Work each_;  // of an element
  int32_t code_bytes_;
};

}  // namespace burin
