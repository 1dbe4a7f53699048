// SOFTMAX from int16 to int16, as TensorFlow Lite's reference kernel defines it: exponential and reciprocal
// by interpolation in tables of 513 values, at every 128th argument.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tensor/quantization.hpp"

namespace burin {

using InterpolationTable = std::array<int16_t, 513>;

// exp(10 (x - 32767) / 65535) and 1 / (1 + (x + 32768) / 65535), both times 32767.5, for x of int16.
InterpolationTable exponential_interpolation();
InterpolationTable reciprocal_interpolation();

// The factor that takes differences of inputs to steps of 10/65535.
FixedPointMultiplier difference_factor_s16(float beta, float scale);

// One row.
void softmax_s16(std::span<const int16_t> input, FixedPointMultiplier factor, Rounding rounding,
                 std::span<int16_t> output);

}  // namespace burin
