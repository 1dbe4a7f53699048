// What ADD and SUB share: sums of two tensors, the right one with a sign.
#pragma once

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"

namespace burin {

// Quantised operands get `bits` more bits, are brought to twice the larger of their scales, added, and
// brought to the output's scale. `sign` 1 for ADD, -1 for SUB.
struct SumScaling {
  int bits;
  FixedPointMultiplier left;
  FixedPointMultiplier right;
  FixedPointMultiplier output;
};
SumScaling sum_scaling(const NodeView& view, int32_t sign);

class SumOperator : public BinaryOperator {
 public:
  explicit SumOperator(int32_t sign) : sign_(sign) {}
  std::span<const Constraint> constraints() const override;
  OperatorTraits traits() const override {
    return {.elementwise = true, .monotone_in_each = true, .linear_time = true};
  }
  void evaluate(const Evaluation& evaluation) const override;

 private:
  int32_t sign_;
};

// AddQuantized or SubtractQuantized.
class SumQuantizedKernel final : public Kernel {
 public:
  SumQuantizedKernel(std::string_view name, Op op, int32_t sign, std::string_view summary)
      : facts_{name, op, KernelSet::generic, "kernels/add_quantized.hpp", summary}, sign_(sign) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  int32_t sign_;
};

// AddS8Proved: a linear form, where one is proved equal to the definition.
class SumProvedKernel final : public Kernel {
 public:
  SumProvedKernel(Op op, int32_t sign)
      : facts_{"AddS8Proved", op, KernelSet::arm_dsp, "kernels/add_s8_proved.hpp",
               "A linear form that was proved equal to the definition for every pair of bytes."},
        sign_(sign) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  int32_t sign_;
};

// AddS8Linear: the same idea in portable arithmetic, and with broadcasting.
class SumLinearKernel final : public Kernel {
 public:
  SumLinearKernel(Op op, int32_t sign)
      : facts_{"AddS8Linear", op, KernelSet::generic, "kernels/add_s8_linear.hpp",
               "Two products an element, in a form that was proved equal to the definition for every pair of "
               "bytes."},
        sign_(sign) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  int32_t sign_;
};

}  // namespace burin
