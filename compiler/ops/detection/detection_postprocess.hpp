// detection_postprocess: what its meaning and its kernels share.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "ops/constraints.hpp"
#include "ops/detection/attributes.hpp"

namespace burin::detection_postprocess {

inline constexpr size_t encodings_operand = 0;

inline constexpr size_t scores_operand = 1;

inline constexpr size_t anchors_operand = 2;

inline const DetectionAttributes& attributes_of(const NodeView& view) {
  return view.attributes<DetectionAttributes>();
}

inline const Shape& shape_of(const NodeView& view, size_t operand) {
  return view.input(operand).type.shape;
}

}  // namespace burin::detection_postprocess
