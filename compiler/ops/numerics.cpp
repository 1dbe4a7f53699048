#include "ops/numerics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace burin {

int32_t doubling_high_multiply(int32_t a, int32_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  const int64_t product = static_cast<int64_t>(a) * b;
  const int64_t half = int64_t{1} << 30;
  return static_cast<int32_t>((product + (product >= 0 ? half : 1 - half)) / (int64_t{1} << 31));
}

int32_t divide_by_power_of_two(int32_t value, int exponent) {
  // Halves away from zero.
  const int64_t half = exponent == 0 ? 0 : int64_t{1} << (exponent - 1);
  const int64_t magnitude = (std::abs(static_cast<int64_t>(value)) + half) >> exponent;
  return static_cast<int32_t>(value < 0 ? -magnitude : magnitude);
}

int32_t divide_by_power_of_two_16(int32_t value, int exponent) {
  if (exponent < 16) return divide_by_power_of_two(value, exponent);
  return value < 0 ? -1 : 1;
}

int32_t multiply_by_fixed_point(int32_t value, FixedPointMultiplier factor, Rounding rounding) {
  if (rounding == Rounding::litert) {
    const int total = 31 - factor.shift;
    const int64_t product = static_cast<int64_t>(value) * factor.multiplier;
    return static_cast<int32_t>((product + (int64_t{1} << (total - 1))) >> total);
  }
  const int left = std::max(factor.shift, 0);
  const int right = std::max(-factor.shift, 0);
  const auto shifted = static_cast<int32_t>(static_cast<uint32_t>(value) << left);
  return divide_by_power_of_two(doubling_high_multiply(shifted, factor.multiplier), right);
}

int32_t reduced_multiplier(FixedPointMultiplier factor) {
  return factor.multiplier < 0x7FFF0000 ? (factor.multiplier + (1 << 15)) >> 16 : 0x7FFF;
}

int32_t multiply_wide_by_fixed_point(int64_t sum, FixedPointMultiplier factor) {
  const int total = 15 - factor.shift;
  const int64_t product = sum * reduced_multiplier(factor);
  return static_cast<int32_t>((product + (int64_t{1} << (total - 1))) >> total);
}

int32_t wrapping_sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

ClampRange activation_range(Activation activation, const Tensor& output) {
  const IntegerRange type = integer_range(output.type.dtype);
  const float scale = output.quantization.scale();
  const int32_t zero_point = output.quantization.zero_point();
  const auto quantize = [&](float real) {
    const double q = static_cast<double>(zero_point) + static_cast<double>(std::round(real / scale));
    return std::clamp(q, static_cast<double>(type.lowest), static_cast<double>(type.highest));
  };
  const auto both = [&](double lowest, double highest) {
    return ClampRange{static_cast<int32_t>(lowest), static_cast<int32_t>(highest)};
  };
  switch (activation) {
    case Activation::none:
      break;
    case Activation::relu:
      return both(quantize(0), static_cast<double>(type.highest));
    case Activation::relu6:
      return both(quantize(0), quantize(6));
    case Activation::relu_n1_to_1:
      return both(quantize(-1), quantize(1));
  }
  return both(static_cast<double>(type.lowest), static_cast<double>(type.highest));
}

RealRange activation_range_f32(Activation activation) {
  constexpr float largest = std::numeric_limits<float>::max();
  switch (activation) {
    case Activation::relu:
      return {0, largest};
    case Activation::relu6:
      return {0, 6};
    case Activation::relu_n1_to_1:
      return {-1, 1};
    case Activation::none:
      break;
  }
  return {-largest, largest};
}

RealRange activation_range_f32(const Node& node) {
  using Limits = std::numeric_limits<float>;
  RealRange range = activation_range_f32(node.activation);
  if (!node.keeps_infinities) return range;
  if (range.lowest == Limits::lowest()) range.lowest = -Limits::infinity();
  if (range.highest == Limits::max()) range.highest = Limits::infinity();
  return range;
}

}  // namespace burin
