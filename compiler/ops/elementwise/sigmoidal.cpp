#include "ops/elementwise/sigmoidal.hpp"

#include <cmath>

#include "kernels/unary_sigmoid_s16.hpp"
#include "ops/elementwise/sigmoid_s16.hpp"
#include "ops/fixed_point.hpp"

namespace burin {
namespace {

constexpr int input_bits = 4;  // integer bits of the argument of an int8 function

bool is_tanh(const NodeView& view) {
  return view.node.op == Op::tanh;
}

Quantization output_quantization(DType dtype, bool tanh) {
  if (dtype == DType::f32) return {};
  if (dtype == DType::s16) return {{1.0f / 32768}, {0}, 0};
  return tanh ? Quantization{{1.0f / 128}, {0}, 0} : Quantization{{1.0f / 256}, {-128}, 0};
}

// argument = (x * multiplier + half) >> shift, in units of 1/12288.
struct ArgumentFactor {
  int32_t multiplier;
  int32_t shift;
};

// Input scales of 2^-12 (for TANH also 2^-11), within a thousandth of the exponent, need no rounding.
// Otherwise the factor keeps 15 bits, the rest cut off.
ArgumentFactor argument_factor(const NodeView& view) {
  const float scale = view.input(0).quantization.scale();
  const float exponent = std::log(scale) * (1.0f / std::log(2.0f));
  const float nearest = std::round(exponent);
  const int32_t left = static_cast<int32_t>(nearest) + 12;
  if (std::abs(exponent - nearest) < 1e-3f && (left == 0 || (left == 1 && is_tanh(view))))
    return {3 << left, 0};
  double multiplier = static_cast<double>(scale) * 12288;
  int32_t shift = 0;
  while (multiplier <= 32767.0 / 2 && shift <= 30) {
    multiplier *= 2;
    ++shift;
  }
  return {static_cast<int32_t>(multiplier), shift};
}

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, int16 or float32, integers quantised per tensor, int16 with zero "
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

std::variant<KernelCall, Refusal> SigmoidS16Kernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  if (!has_dtype(view.input(0), DType::s16)) return Refusal{"it computes int16"};
  const std::array<uint16_t, 256> nodes = logistic_nodes();
  const ArgumentFactor factor = argument_factor(view);
  const int64_t elements = view.output().type.shape.elements();
  KernelCall call;
  call.geometry = {{"elements", static_cast<int32_t>(elements)}};
  const KernelArgument operand = operand_argument(view, 0, "input", call);
  call.constants.push_back({"nodes", ElementType::u16, Constant::of(std::span<const uint16_t>(nodes)), 4});
  call.arguments = {operand, ConstantArgument{call.constants.size() - 1}, OutputArgument{0},
                    factor.multiplier, factor.shift};
  allow_in_place(view, 0, call);
  call.work.instructions = 40 + 32 * elements;
  call.code_bytes = 140;
  return call;
}

}  // namespace burin
