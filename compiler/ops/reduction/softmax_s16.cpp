#include "ops/reduction/softmax_s16.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/numerics.hpp"

namespace burin {
namespace {

constexpr int32_t steps = 512;
constexpr float whole = 65535;  // steps of int16 from its lowest value to its highest

// A function at equal distances from `first` to `last`. Each value is lowered by half of what the chord lies
// above the function in the middle, so that errors of interpolation are spread to both sides. All in float32,
// in the order of the reference.
template <class Function>
InterpolationTable interpolation(float first, float last, Function function) {
  const float output_scale = 2.0f / whole;
  const float units = 65536.0f / (output_scale * 32767 - output_scale * -32768);
  const float step = (last - first) / steps;
  const float half_step = step / 2;
  InterpolationTable table{};
  for (int32_t i = 0; i < steps; ++i) {
    const auto index = static_cast<float>(i);
    const float here = function(first + index * step);
    const float middle = function(first + index * step + half_step);
    const float next = function(first + static_cast<float>(i + 1) * step);
    const float value = std::round(here * units);
    const float chord = std::round((next * units + std::round(here * units)) / 2);
    const float excess = chord - std::round(middle * units);
    const float bias = std::round(excess / 2);
    table[static_cast<size_t>(i)] = static_cast<int16_t>(std::clamp(value - bias, -32768.0f, 32767.0f));
  }
  table[steps] = static_cast<int16_t>(std::clamp(std::round(function(last) * units), -32768.0f, 32767.0f));
  return table;
}

int32_t interpolated(const InterpolationTable& table, int32_t x) {
  const auto index = static_cast<size_t>(256 + (x >> 7));
  const int32_t slope = table[index + 1] - table[index];
  return table[index] + ((slope * (x & 127) + 64) >> 7);
}

int32_t saturated(int64_t x) {
  return static_cast<int32_t>(std::clamp<int64_t>(x, -32768, 32767));
}

}  // namespace

InterpolationTable exponential_interpolation() {
  const float scale = 10.0f / whole;
  return interpolation(scale * (-32768 - 32767), scale * (32767 - 32767),
                       [](float x) { return std::exp(x); });
}

InterpolationTable reciprocal_interpolation() {
  const float scale = 1.0f / whole;
  return interpolation(scale * (-32768 + 32768), scale * (32767 + 32768),
                       [](float x) { return 1.0f / (1.0f + x); });
}

FixedPointMultiplier difference_factor_s16(float beta, float scale) {
  return fixed_point(static_cast<double>(scale) * static_cast<double>(beta) / (10.0 / 65535.0));
}

void softmax_s16(std::span<const int16_t> input, FixedPointMultiplier factor, Rounding rounding,
                 std::span<int16_t> output) {
  static const InterpolationTable exponentials = exponential_interpolation();
  static const InterpolationTable reciprocals = reciprocal_interpolation();
  const int32_t maximum = *std::ranges::max_element(input);
  int32_t sum = 0;
  for (size_t i = 0; i < input.size(); ++i) {
    const int64_t difference = multiply_by_fixed_point(input[i] - maximum, factor, rounding);
    output[i] = static_cast<int16_t>(interpolated(exponentials, saturated(difference + 32767)));
    sum += output[i];
  }
  // sum = 2^(31 - headroom) (1 + x), 0 <= x < 1.
  const int headroom = std::countl_zero(static_cast<uint32_t>(sum));
  const int64_t shifted = ((int64_t{sum} << (headroom - 1)) + (1 << 13)) >> 14;
  const int64_t reciprocal = interpolated(reciprocals, saturated(shifted - (1 << 15) - (1 << 16)));
  const int shift = 31 - headroom;
  for (int16_t& value : output) {
    const int64_t scaled = (value * reciprocal + (int64_t{1} << (shift - 1))) >> shift;
    value = static_cast<int16_t>(std::clamp<int64_t>(scaled, 0, 32767));
  }
}

}  // namespace burin
