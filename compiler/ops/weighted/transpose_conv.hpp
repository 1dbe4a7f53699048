// transpose_conv: what its meaning and its kernels share.
#pragma once

#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"

namespace burin::transpose_conv {

inline const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

inline const Shape& weights_shape(const NodeView& view) {
  return view.input(1).type.shape;
}

inline const Shape& output_shape(const NodeView& view) {
  return view.output().type.shape;
}

inline bool is_float(const NodeView& view) {
  return has_dtype(view.output(), DType::f32);
}

inline bool is_s16(const NodeView& view) {
  return has_dtype(view.output(), DType::s16);
}

inline std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  return output_multipliers(view.input(0), view.input(1), view.output(), output_shape(view)[3], false);
}

}  // namespace burin::transpose_conv
