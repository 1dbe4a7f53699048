// quantize: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/elementwise/unary.hpp"
#include "ops/numerics.hpp"

namespace burin::quantize {

inline bool is_float(const NodeView& view) {
  return has_dtype(view.input(0), DType::f32);
}

inline double scale_ratio(const NodeView& view) {
  return static_cast<double>(view.input(0).quantization.scale()) /
         static_cast<double>(view.output().quantization.scale());
}

}  // namespace burin::quantize
