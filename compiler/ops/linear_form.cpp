#include "ops/linear_form.hpp"

#include <algorithm>
#include <cmath>

#include "support/check.hpp"

namespace burin {
namespace {

struct Interval {
  int64_t lowest;
  int64_t highest;
};

// The offsets with which these factors are right. Every pair of bytes bounds the offset from below unless its
// value is the lowest, which any smaller sum gives as well, and from above unless it is the highest.
Interval offsets(std::span<const int8_t> values, int64_t left_factor, int64_t right_factor, int32_t shift,
                 int32_t lowest, int32_t highest) {
  Interval interval{INT64_MIN, INT64_MAX};
  for (int64_t left = -128; left < 128; ++left) {
    for (int64_t right = -128; right < 128; ++right) {
      const int64_t value = values[static_cast<size_t>((left + 128) * 256 + right + 128)];
      const int64_t sum = left_factor * left + right_factor * right;
      if (value > lowest) interval.lowest = std::max(interval.lowest, (value << shift) - sum);
      if (value < highest) interval.highest = std::min(interval.highest, ((value + 1) << shift) - 1 - sum);
    }
    if (interval.lowest > interval.highest) break;
  }
  return interval;
}

}  // namespace

std::optional<LinearForm> find_linear_form(std::span<const int8_t> values, double left, double right,
                                           int32_t lowest, int32_t highest) {
  BURIN_CHECK(values.size() == 65536, "one value for every pair of bytes");
  // As many bits as 32 leave: the products take up to `magnitude`, and so does the offset, which holds the
  // zero points.
  const double magnitude = (std::abs(left) + std::abs(right) + 1) * 128;
  const auto shift = static_cast<int32_t>(std::floor(30 - std::log2(magnitude)));
  if (shift < 8) return std::nullopt;
  const int64_t left_nearest = std::llround(std::ldexp(left, shift));
  const int64_t right_nearest = std::llround(std::ldexp(right, shift));
  constexpr int64_t reach = 4;
  for (int64_t distance = 0; distance <= reach; ++distance) {
    for (int64_t dl = -distance; dl <= distance; ++dl) {
      for (int64_t dr = -distance; dr <= distance; ++dr) {
        if (std::max(std::abs(dl), std::abs(dr)) != distance) continue;
        const int64_t l = left_nearest + dl;
        const int64_t r = right_nearest + dr;
        const Interval interval = offsets(values, l, r, shift, lowest, highest);
        if (interval.lowest > interval.highest) continue;
        const bool bounded_below = interval.lowest != INT64_MIN;
        const bool bounded_above = interval.highest != INT64_MAX;
        // Bounded by nothing where all values are one.
        const int64_t offset = bounded_below && bounded_above ? (interval.lowest + interval.highest) / 2
                               : bounded_below                ? interval.lowest
                               : bounded_above                ? interval.highest
                                                              : 0;
        if (std::abs(offset) + (std::abs(l) + std::abs(r)) * 128 > INT32_MAX) continue;
        return LinearForm{static_cast<int32_t>(l), static_cast<int32_t>(r), static_cast<int32_t>(offset),
                          shift};
      }
    }
  }
  return std::nullopt;
}

}  // namespace burin
