// mul: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "arithmetic/requantization_form.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"

namespace burin::mul {

inline FixedPointMultiplier product_factor(const NodeView& view) {
  return fixed_point(static_cast<double>(view.input(0).quantization.scale()) *
                     static_cast<double>(view.input(1).quantization.scale()) /
                     static_cast<double>(view.output().quantization.scale()));
}

}  // namespace burin::mul
