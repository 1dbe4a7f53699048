// svdf: what its meaning and its kernels share.
#pragma once

#include <cmath>
#include <limits>

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/recurrent/attributes.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin::svdf {

inline constexpr size_t feature_operand = 1;

inline constexpr size_t time_operand = 2;

inline constexpr size_t bias_operand = 3;

inline constexpr size_t state_operand = 4;

struct Sizes {
  int32_t batches;
  int32_t inputs;
  int32_t filters;
  int32_t units;
  int32_t rank;
  int32_t memory;
};

inline Sizes sizes_of(const NodeView& view) {
  const int32_t rank = view.attributes<SvdfAttributes>().rank;
  const int32_t filters = view.input(feature_operand).type.shape[0];
  return {.batches = view.input(0).type.shape[0],
          .inputs = view.input(0).type.shape[1],
          .filters = filters,
          .units = filters / rank,
          .rank = rank,
          .memory = view.input(time_operand).type.shape[1]};
}

inline bool is_float(const NodeView& view) {
  return has_dtype(view.input(0), DType::f32);
}

// Of the features to the state, and of the sums over time to the output. TensorFlow Lite computes both in
// float.
struct Factors {
  FixedPointMultiplier feature;
  FixedPointMultiplier time;
};

inline Factors factors_of(const NodeView& view) {
  const auto scale = [&](size_t operand) { return view.input(operand).quantization.scale(); };
  const float feature = scale(0) * scale(feature_operand) / scale(state_operand);
  const float time = scale(state_operand) * scale(time_operand) / view.output().quantization.scale();
  return {fixed_point(static_cast<double>(feature)), fixed_point(static_cast<double>(time))};
}

}  // namespace burin::svdf
