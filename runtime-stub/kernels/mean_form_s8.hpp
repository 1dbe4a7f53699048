// Constants for the means of isa/arm_dsp_pool.hpp, proved for every sum. Host only.
#pragma once

#include <stdint.h>

#ifdef BURIN_HOST
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "isa/generic.hpp"

namespace burin_kernels {

struct MeanFormS8 {
  enum : int32_t { most_taps = 256 };  // a sum of so many fits 16 bits

  // | M | C | A twice |, such that the form gives output(sum), int8, for each sum of `taps` int8 values;
  // nothing if there is none nearby. `slope` is how much the output grows with the sum, about.
  template <class Output>
  static std::optional<std::array<uint32_t, 3>> find(int32_t taps, double slope, const Output& output) {
    if (taps < 1 || taps > most_taps || slope <= 0 || slope >= 1.99) return std::nullopt;
    const int64_t nearest = std::llround(std::ldexp(slope, 30));
    for (int64_t distance = 0; distance <= 64; ++distance) {
      for (const int64_t factor : {nearest + distance, nearest - distance}) {
        for (const int64_t adjustment : {int64_t(0), int64_t(-1)}) {
          const std::optional<int32_t> offset = find_offset(taps, factor, adjustment, output);
          if (offset)
            return std::array<uint32_t, 3>{static_cast<uint32_t>(factor), static_cast<uint32_t>(*offset),
                                           static_cast<uint32_t>(adjustment)};
        }
      }
    }
    return std::nullopt;
  }

  // AVERAGE_POOL_2D: the quotient rounded to the nearest, halves away from zero.
  static std::optional<std::array<uint32_t, 3>> average(int32_t taps) {
    return find(taps, 1.0 / taps,
                [taps](int32_t sum) { return sum > 0 ? (sum + taps / 2) / taps : (sum - taps / 2) / taps; });
  }

  // MEAN: the sum less the zero points, requantised; the division is part of the multiplier.
  static std::optional<std::array<uint32_t, 3>> mean(int32_t taps, int32_t multiplier, int32_t shift,
                                                     int32_t input_zero_point, int32_t output_zero_point,
                                                     bool round_once) {
    return find(taps, std::ldexp(multiplier, shift - 31), [=](int32_t sum) {
      const int32_t scaled =
          Generic::requantize(sum - taps * input_zero_point, multiplier, shift, round_once);
      return Generic::clamp(scaled + output_zero_point, -128, 127);
    });
  }

 private:
  // Every sum leaves an interval of possible offsets; the middle of what all of them leave.
  template <class Output>
  static std::optional<int32_t> find_offset(int32_t taps, int64_t factor, int64_t adjustment,
                                            const Output& output) {
    if (factor <= 0 || factor >= int64_t(1) << 31) return std::nullopt;
    int64_t lowest = -(int64_t(1) << 30);
    int64_t highest = int64_t(1) << 30;
    for (int32_t sum = -128 * taps; sum <= 127 * taps; ++sum) {
      // 16-bit sums: the adjustment must not wrap.
      const int64_t adjusted = sum + (sum < 0 ? adjustment : 0);
      if (adjusted < -32768) return std::nullopt;
      const int64_t scaled = (adjusted * factor) >> 16;
      const int64_t value = output(sum);
      if (value > -128) lowest = std::max(lowest, value * 16384 - scaled);
      if (value < 127) highest = std::min(highest, value * 16384 + 16383 - scaled);
    }
    if (lowest > highest) return std::nullopt;
    return static_cast<int32_t>((lowest + highest) >> 1);
  }
};

}  // namespace burin_kernels
#endif  // BURIN_HOST
