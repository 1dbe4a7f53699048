// log_softmax: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/exponentials.hpp"

namespace burin::log_softmax {

// From differences of stored numbers to fixed point, and back.
struct Factors {
  FixedPointMultiplier forth;
  FixedPointMultiplier back;
};

inline Factors factors(const NodeView& view, Rounding rounding) {
  const FixedPointMultiplier forth = difference_factor(1, view.input(0).quantization.scale(), rounding);
  return {forth, fixed_point(std::ldexp(1.0, 31 - forth.shift) / forth.multiplier)};
}

}  // namespace burin::log_softmax
