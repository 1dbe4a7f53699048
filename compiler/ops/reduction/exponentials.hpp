// Exponentials of 8-bit numbers, which SOFTMAX and LOG_SOFTMAX share.
#pragma once

#include <array>

#include "ir/graph.hpp"
#include "ops/operator.hpp"

namespace burin {

// The rows along the last axis of the input.
inline int32_t row_length(const NodeView& view) {
  return view.input(0).type.shape[-1];
}
inline int64_t row_count(const NodeView& view) {
  return view.input(0).type.shape.elements() / row_length(view);
}

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
