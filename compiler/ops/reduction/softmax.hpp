// softmax: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/reduction/exponentials.hpp"
#include "ops/reduction/softmax_s16.hpp"

namespace burin::softmax {

inline bool is_s16(const NodeView& view) {
  return has_dtype(view.input(0), DType::s16);
}

inline FixedPointMultiplier factor_of_s16(const NodeView& view) {
  return difference_factor_s16(view.attributes<SoftmaxAttributes>().beta, view.input(0).quantization.scale());
}

inline Exponentials exponentials_of(const NodeView& view, Rounding rounding) {
  const float beta = view.attributes<SoftmaxAttributes>().beta;
  return exponentials(difference_factor(beta, view.input(0).quantization.scale(), rounding), rounding);
}

}  // namespace burin::softmax
