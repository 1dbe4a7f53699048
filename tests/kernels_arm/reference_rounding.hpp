// The reference's requantization, written from its definition and sharing nothing with the kernels.
#pragma once

#include <cmath>
#include <cstdint>

// value * multiplier * 2^(shift - 31), shift <= 0. Twice rounded: the doubling high multiply, halves up, then
// the right shift, halves away from zero. Once rounded: halves up.
inline int64_t requantize_reference(int64_t value, int32_t multiplier, int32_t shift,
                                    bool round_once = false) {
  const int64_t product = value * multiplier;
  if (round_once) {
    const int32_t bits = 31 - shift;
    return (product + (int64_t{1} << (bits - 1))) >> bits;
  }
  const int64_t nudge = product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30);
  const int64_t high = (product + nudge) / (int64_t{1} << 31);
  const int64_t divisor = int64_t{1} << -shift;
  const int64_t magnitude = ((high < 0 ? -high : high) + divisor / 2) / divisor;
  return high < 0 ? -magnitude : magnitude;
}

struct Multiplier {
  int32_t multiplier;
  int32_t shift;
};

// scale = multiplier * 2^(shift - 31) as nearly as possible, multiplier in [2^30, 2^31).
inline Multiplier to_multiplier(double scale) {
  int exponent = 0;
  int64_t fraction = std::llround(std::frexp(scale, &exponent) * 2147483648.0);
  if (fraction == int64_t{1} << 31) {
    fraction /= 2;
    ++exponent;
  }
  return {static_cast<int32_t>(fraction), exponent};
}
