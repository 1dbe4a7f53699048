// Exponentials of 8-bit numbers, which SOFTMAX and LOG_SOFTMAX share.
#pragma once

#include <array>

#include "ir/graph.hpp"
#include "ops/operator.hpp"

namespace burin {

constexpr int difference_bits = 5;     // integer bits of beta * scale * (element - the row's maximum)
constexpr int accumulation_bits = 12;  // integer bits of a sum of exponentials

// Takes the difference of an element to the row's maximum to fixed point with difference_bits: TensorFlow
// Lite's PreprocessSoftmaxScaling.
FixedPointMultiplier difference_factor(float beta, float scale, Rounding rounding);
// The largest difference that counts: beyond, the exponential is left out of the sum.
int32_t largest_difference(FixedPointMultiplier factor);

// exp(-beta * scale * d) in Q0 by the difference d; 0 where that is left out.
using Exponentials = std::array<int32_t, 256>;
Exponentials exponentials(FixedPointMultiplier factor, Rounding rounding);

}  // namespace burin
