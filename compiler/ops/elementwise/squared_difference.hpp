// squared_difference: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/elementwise/arithmetic.hpp"
#include "ops/numerics.hpp"

namespace burin::squared_difference {

inline bool is_quantized(const NodeView& view) {
  return has_dtype(view.output(), DType::s8) || has_dtype(view.output(), DType::s16);
}

// Both operands are brought to twice the larger scale, after a shift to the left that leaves the square in 32
// bits.
struct Scaling {
  int32_t bits;
  FixedPointMultiplier left;
  FixedPointMultiplier right;
  FixedPointMultiplier square;
};

inline Scaling scaling_of(const NodeView& view) {
  const float left = view.input(0).quantization.scale();
  const float right = view.input(1).quantization.scale();
  const double unit = 2.0 * static_cast<double>(std::max(left, right));
  const int32_t bits = has_dtype(view.output(), DType::s8) ? 7 : 0;
  const float output = static_cast<float>(1 << 2 * bits) * view.output().quantization.scale();
  return {bits, fixed_point(static_cast<double>(left) / unit), fixed_point(static_cast<double>(right) / unit),
          fixed_point(unit * unit / static_cast<double>(output))};
}

}  // namespace burin::squared_difference
