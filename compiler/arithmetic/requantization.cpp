#include "arithmetic/requantization.hpp"

#include <algorithm>

#include "arithmetic/integers.hpp"

namespace burin {
namespace {

int32_t clamp(int64_t value, int32_t low, int32_t high) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, low, high));
}

// The high half of twice the product, rounded. The usual statement of it truncates towards zero after a nudge
// that depends on the sign; that is the same as this floor. It cannot saturate, as the multiplier is not
// negative.
int64_t rounding_doubling_high_multiply(int64_t value, int32_t multiplier) {
  return (value * multiplier + (int64_t{1} << 30)) >> 31;
}

// value / 2^exponent, halves away from zero; exponent in [0, 31].
int64_t rounding_divide_by_power_of_two(int64_t value, int exponent) {
  if (exponent == 0) return value;
  const int64_t half = int64_t{1} << (exponent - 1);
  return value < 0 ? -((-value + half) >> exponent) : (value + half) >> exponent;
}

int64_t multiply_twice_rounded(const Requantization& requantization, int32_t accumulator) {
  const int left = std::max(requantization.shift, 0);
  const int right = std::max(-requantization.shift, 0);
  const int32_t shifted = wrap_to_s32(int64_t{accumulator} * (int64_t{1} << left));
  return rounding_divide_by_power_of_two(rounding_doubling_high_multiply(shifted, requantization.multiplier),
                                         right);
}

// Not yet narrowed to 32 bits.
int64_t multiply_once_rounded(const Requantization& requantization, int32_t accumulator) {
  const int total_shift = 31 - requantization.shift;
  const int64_t product = int64_t{accumulator} * requantization.multiplier;
  return (product + (int64_t{1} << (total_shift - 1))) >> total_shift;
}

}  // namespace

AccumulatorRange accumulator_range(std::span<const int8_t> weights, int64_t bias, int32_t input_min,
                                   int32_t input_max, int32_t input_zero_point, int32_t weights_zero_point) {
  const int64_t low = int64_t{input_min} - input_zero_point;
  const int64_t high = int64_t{input_max} - input_zero_point;
  AccumulatorRange range{bias, bias};
  for (const int8_t stored : weights) {
    const int64_t weight = int64_t{stored} - weights_zero_point;
    range.lowest += weight * (weight < 0 ? high : low);
    range.highest += weight * (weight < 0 ? low : high);
  }
  return range;
}

bool is_valid(const Requantization& requantization) {
  return requantization.multiplier >= 0 && requantization.shift >= -31 && requantization.shift <= 30 &&
         requantization.zero_point >= -128 && requantization.zero_point <= 127 &&
         requantization.clamp_min >= -128 && requantization.clamp_max <= 127 &&
         requantization.clamp_min <= requantization.clamp_max;
}

int32_t requantize(const Requantization& requantization, Rounding rounding, int32_t accumulator) {
  const int64_t scaled = rounding == Rounding::tflm
                             ? multiply_twice_rounded(requantization, accumulator)
                             : int64_t{wrap_to_s32(multiply_once_rounded(requantization, accumulator))};
  return clamp(scaled + requantization.zero_point, requantization.clamp_min, requantization.clamp_max);
}

bool is_defined_over(const Requantization& requantization, Rounding rounding, AccumulatorRange range) {
  if (!is_valid(requantization) || range.lowest > range.highest) return false;
  for (const int64_t end : {range.lowest, range.highest}) {
    if (!fits_s32(end)) return false;
    if (rounding == Rounding::tflm) {
      if (!fits_s32(end * (int64_t{1} << std::max(requantization.shift, 0)))) return false;
    } else {
      if (!fits_s32(multiply_once_rounded(requantization, static_cast<int32_t>(end)))) return false;
    }
  }
  return true;
}

Staircase reference_staircase(const Requantization& requantization, Rounding rounding,
                              AccumulatorRange range) {
  return staircase([&](int32_t accumulator) { return requantize(requantization, rounding, accumulator); },
                   range);
}

}  // namespace burin
