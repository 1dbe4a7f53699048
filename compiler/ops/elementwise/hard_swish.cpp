// HARD_SWISH: x * min(max(x + 3, 0), 6) / 6.
#include "ops/elementwise/unary.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

// The int8 definition computes with 16-bit numbers; these are its steps.
int32_t saturate_16(int64_t value) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, -32768, 32767));
}
// round(2 a b / 2^16), halves away from minus infinity.
int32_t doubling_high_multiply_16(int32_t a, int32_t b) {
  const int32_t product = a * b;
  return saturate_16((product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15));
}
// A factor's multiplier in 16 bits.
struct Factor16 {
  int32_t multiplier;
  int exponent;
};
Factor16 factor_16(float factor) {
  const FixedPointMultiplier wide = fixed_point(static_cast<double>(factor));
  return {saturate_16((int64_t{wide.multiplier} + (1 << 15)) >> 16), wide.shift};
}
// Inputs get seven more bits.
float fine_input_scale(const NodeView& view) {
  return (1.0f / 128) * view.input(0).quantization.scale();
}
Factor16 output_factor(const NodeView& view) {
  return factor_16(fine_input_scale(view) / view.output().quantization.scale());
}

constexpr Constraint constraint_list[] = {
    {unary_type_sentence, is_unary_type},
    {"an integer output's scale is above 1/128 of the input's",
     [](const NodeView& v) { return has_dtype(v.output(), DType::f32) || output_factor(v).exponent <= 0; }},
};

class HardSwish final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::hard_swish,
                                         .tflite_name = "HARD_SWISH",
                                         .summary = "x times a piecewise linear gate, as in MobileNet v3.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding) const override {
    const Factor16 output = output_factor(view);
    // The gate x / 6 + 1 / 2 has 3 for its unit of 2^15.
    const Factor16 gate = factor_16(fine_input_scale(view) / (3.0f / 32768));
    return [=, input_zero = view.input(0).quantization.zero_point(),
            output_zero = view.output().quantization.zero_point()](int64_t stored) -> int64_t {
      const auto x = static_cast<int32_t>((stored - input_zero) * 128);
      const int32_t scaled = doubling_high_multiply_16(x, output.multiplier);
      int32_t g = x;
      // All but one bit of the shift to the left before the product, where saturation cannot show, and one
      // after.
      if (gate.exponent > 0) g = saturate_16(int64_t{g} * (int64_t{1} << (gate.exponent - 1)));
      g = doubling_high_multiply_16(g, gate.multiplier);
      if (gate.exponent > 0) g = saturate_16(int64_t{g} * 2);
      if (gate.exponent < 0) g = divide_by_power_of_two_16(g, -gate.exponent);
      g = (g + 32768) >> 1;
      // Towards zero here: it cancels the bias of the products above.
      return divide_by_power_of_two_16(g * scaled / 32768, -output.exponent) + output_zero;
    };
  }
  RealFunction real_function(const NodeView&) const override {
    return [](float x) { return x * std::clamp(x + 3, 0.0f, 6.0f) / 6; };
  }
};

}  // namespace

const Operator& hard_swish_operator() {
  static const HardSwish instance;
  return instance;
}

}  // namespace burin
