// What ADD and SUB share: sums of two tensors, the right one with a sign.
#pragma once

#include "arithmetic/linear_form.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "ops/operator.hpp"

namespace burin {

// Quantized operands get `bits` more bits, are brought to twice the larger of their scales, added, and
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

}  // namespace burin

namespace burin::sum {

// The definition for quantized numbers.
class QuantizedSum {
 public:
  QuantizedSum(const NodeView& view, int32_t sign, Rounding rounding)
      : left_zero_(view.input(0).quantization.zero_point()),
        right_zero_(view.input(1).quantization.zero_point()),
        output_zero_(view.output().quantization.zero_point()),
        sign_(sign),
        scaling_(sum_scaling(view, sign)),
        range_(activation_range(view.node.activation, view.output())),
        rounding_(rounding) {}

  int32_t operator()(int64_t left, int64_t right) const {
    const int32_t sum =
        scaled(left - left_zero_, scaling_.left) + sign_ * scaled(right - right_zero_, scaling_.right);
    const int32_t result =
        wrapping_sum(multiply_by_fixed_point(sum, scaling_.output, rounding_), output_zero_);
    return std::clamp(result, range_.lowest, range_.highest);
  }

 private:
  int32_t scaled(int64_t value, FixedPointMultiplier factor) const {
    return multiply_by_fixed_point(static_cast<int32_t>(value) * (1 << scaling_.bits), factor, rounding_);
  }

  int32_t left_zero_;
  int32_t right_zero_;
  int32_t output_zero_;
  int32_t sign_;
  SumScaling scaling_;
  ClampRange range_;
  Rounding rounding_;
};

}  // namespace burin::sum
