#include "ops/elementwise/sigmoidal.hpp"

#include <cmath>

#include "ops/elementwise/sigmoid_s16.hpp"
#include "ops/fixed_point.hpp"

namespace burin {

using namespace sigmoidal;

namespace {

constexpr int input_bits = 4;

Quantization output_quantization(DType dtype, bool tanh) {
  if (dtype == DType::f32) return {};
  if (dtype == DType::s16) return {{1.0f / 32768}, {0}, 0};
  return tanh ? Quantization{{1.0f / 128}, {0}, 0} : Quantization{{1.0f / 256}, {-128}, 0};
}

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, int16 or float32, integers quantized per tensor, int16 with zero "
     "points 0",
     [](const NodeView& v) { return is_wide_unary_type(v) && !has_dtype(v.input(0), DType::u8); }},
    {"an int8 output of LOGISTIC has scale 1/256 and zero point -128, of TANH scale 1/128 and zero point 0",
     [](const NodeView& v) {
       return !has_dtype(v.output(), DType::s8) ||
              v.output().quantization == output_quantization(DType::s8, is_tanh(v));
     }},
    {"an int16 output has scale 2^-15",
     [](const NodeView& v) {
       return !has_dtype(v.output(), DType::s16) ||
              std::abs(v.output().quantization.scale() * 32768 - 1) < 5e-4f;
     }},
    {"the input's scale is below 8, of int16 between 2^-29 and 8/3",
     [](const NodeView& v) {
       if (has_dtype(v.input(0), DType::f32)) return true;
       const float scale = v.input(0).quantization.scale();
       return has_dtype(v.input(0), DType::s8) ? scale < 8 : scale > 0x1p-29f && scale < 8.0f / 3;
     }},
};

}  // namespace

std::span<const Constraint> SigmoidalOperator::constraints() const {
  return constraint_list;
}

UnaryOperator::IntegerFunction SigmoidalOperator::integer_function(const NodeView& view,
                                                                   Rounding rounding) const {
  if (has_dtype(view.input(0), DType::s16)) {
    return [tanh = is_tanh_, factor = argument_factor(view)](int64_t x) -> int64_t {
      const int64_t half = factor.shift == 0 ? 0 : int64_t{1} << (factor.shift - 1);
      const auto argument = static_cast<int32_t>((x * factor.multiplier + half) >> factor.shift);
      return tanh ? hyperbolic_tangent_s16(argument) : logistic_s16(argument);
    };
  }
  const Quantization& q = view.input(0).quantization;
  const FixedPointMultiplier factor =
      fixed_point(std::ldexp(static_cast<double>(q.scale()), 31 - input_bits));
  const int32_t radius = input_radius(input_bits, factor.shift);
  return [=, tanh = is_tanh_, zero_point = q.zero_point()](int64_t stored) -> int64_t {
    const auto x = static_cast<int32_t>(stored) - zero_point;
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    const int32_t argument = multiply_by_fixed_point(x, factor, rounding);
    return tanh ? divide_by_power_of_two(hyperbolic_tangent(argument, input_bits), 31 - 7)
                : divide_by_power_of_two(logistic(argument, input_bits), 31 - 8) - 128;
  };
}

UnaryOperator::RealFunction SigmoidalOperator::real_function(const NodeView&) const {
  if (is_tanh_) return [](float x) { return std::tanh(x); };
  return [](float x) { return 1 / (1 + std::exp(-x)); };
}

}  // namespace burin
