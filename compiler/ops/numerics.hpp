// Arithmetic of the int8 contract that several operators share, as TensorFlow Lite's reference kernels define
// it: gemmlowp fixed point. For reference evaluation and for preparing kernels' parameters; device code has
// its own.
#pragma once

#include <cstdint>

#include "ir/graph.hpp"

namespace burin {

// round(a * b / 2^31), halves away from minus infinity; saturates where both are INT32_MIN.
int32_t doubling_high_multiply(int32_t a, int32_t b);
// round(value / 2^exponent), halves away from zero; exponents from 0 on.
int32_t divide_by_power_of_two(int32_t value, int exponent);
// The same as gemmlowp defines it on int16_t: from 16 places on, where the mask of what is shifted out no
// longer fits the type, -1 for what is negative and 1 for everything else, 0 included. Exponents from 0 to
// 31, values of 16 bits.
int32_t divide_by_power_of_two_16(int32_t value, int exponent);

// value * multiplier * 2^(shift - 31). Rounding::tflm: doubling high multiply rounded to nearest (ties away
// from minus infinity), then division by a power of two rounded half away from zero. Rounding::litert: once,
// ties up.
int32_t multiply_by_fixed_point(int32_t value, FixedPointMultiplier factor, Rounding rounding);

// Returns the lower 32 bits of sum * multiplier * 2^(shift - 31), where the multiplier is rounded to 15 bits
// first, and the product once, halves up. That is how both runtimes requantize sums of 64 bits. |sum| is
// below 2^47, and the shift below 8.
int32_t multiply_wide_by_fixed_point(int64_t sum, FixedPointMultiplier factor);
// Returns the multiplier rounded to 15 bits, as multiply_wide_by_fixed_point uses it.
int32_t reduced_multiplier(FixedPointMultiplier factor);

// Returns the sum modulo 2^32, as sums of 32 bits come out of the reference. It leaves int32 only where
// scales are absurd.
int32_t wrapping_sum(int32_t a, int32_t b);

struct ClampRange {
  int32_t lowest;
  int32_t highest;
};
// The integer range that a fused activation leaves of the output's element type; the output is quantized per
// tensor.
ClampRange activation_range(Activation activation, const Tensor& output);

// The same for float32 outputs. Both ends are finite, as TensorFlow Lite Micro's are: an operator that can
// carry a fused activation clamps infinities to the largest finite number even where it carries none.
struct RealRange {
  float lowest;
  float highest;
};
RealRange activation_range_f32(Activation activation);
// The range of a node's float32 results. An end that its activation does not set is infinite where the node
// keeps infinities.
RealRange activation_range_f32(const Node& node);

}  // namespace burin
