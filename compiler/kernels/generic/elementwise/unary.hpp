// Host side of kernels: unary.
#pragma once

#include "kernels/kernel.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

// Any operator with one 8-bit input, one 8-bit or 16-bit output and no relation between elements: its values
// are asked of its own evaluation.
class LookupKernel final : public SharedKernel {
 public:
  explicit LookupKernel(Op op)
      : SharedKernel({"LookupS8", op, KernelSet::generic, "generic/lookup_s8.hpp",
                      "A table of the 256 possible results."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

// TwoSlopes: no table, and any width.
class TwoSlopesKernel final : public SharedKernel {
 public:
  using Function = SlopedFunction (*)(const NodeView&, Rounding);
  TwoSlopesKernel(Op op, Function function)
      : SharedKernel({"TwoSlopes", op, KernelSet::generic, "generic/two_slopes.hpp",
                      "One requantization an element, no table."}),
        function_(function) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  Function function_;
};

// A float32 kernel run(input, output, parameters...) with `elements` for its geometry.
class UnaryF32Kernel final : public SharedKernel {
 public:
  using Parameters = std::vector<float> (*)(const NodeView&);
  UnaryF32Kernel(KernelFacts facts, Parameters parameters, const Work& each, int32_t code_bytes)
      : SharedKernel(facts), parameters_(parameters), each_(each), code_bytes_(code_bytes) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  Parameters parameters_;
  Work each_;  // of an element
  int32_t code_bytes_;
};

}  // namespace burin
