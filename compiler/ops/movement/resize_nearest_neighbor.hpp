// resize_nearest_neighbor: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"
#include "ops/movement/resizing.hpp"

namespace burin::resize_nearest_neighbor {

// The input's position along one axis for each of the output's. In float32, as the reference.
inline std::vector<int32_t> sources(int32_t input, int32_t output, const ResizeAttributes& attributes) {
  const bool aligned = attributes.align_corners && output > 1;
  const float scale = aligned ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                              : static_cast<float>(input) / static_cast<float>(output);
  const float offset = attributes.half_pixel_centers ? 0.5f : 0.0f;
  std::vector<int32_t> result;
  for (int32_t i = 0; i < output; ++i) {
    const float position = (static_cast<float>(i) + offset) * scale;
    const float whole = attributes.align_corners ? std::round(position) : std::floor(position);
    result.push_back(std::clamp(static_cast<int32_t>(whole), 0, input - 1));
  }
  return result;
}

inline std::vector<int32_t> rows_of(const NodeView& view) {
  return sources(view.input(0).type.shape[1], view.output().type.shape[1],
                 view.attributes<ResizeAttributes>());
}

inline std::vector<int32_t> columns_of(const NodeView& view) {
  return sources(view.input(0).type.shape[2], view.output().type.shape[2],
                 view.attributes<ResizeAttributes>());
}

}  // namespace burin::resize_nearest_neighbor
