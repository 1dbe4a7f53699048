// resize_bilinear: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/movement/resizing.hpp"

namespace burin::resize_bilinear {

inline constexpr int32_t one = 1 << 10;

// Along one axis, for each position of the output: its two neighbors in the input, and how far it lies
// behind the first one, which with half-pixel centers may be less than 0 or more than from one to the next.
template <class Number>
struct Mixture {
  int32_t first;
  int32_t second;
  Number rest;
};

inline std::vector<Mixture<int32_t>> integer_mixtures(int32_t input, int32_t output,
                                                      const ResizeAttributes& attributes) {
  int32_t scale = (one * input + output / 2) / output;
  if (attributes.align_corners && output > 1) scale = (one * (input - 1) + (output - 1) / 2) / (output - 1);
  std::vector<Mixture<int32_t>> result;
  for (int32_t i = 0; i < output; ++i) {
    const int32_t position = i * scale + (attributes.half_pixel_centers ? scale / 2 - one / 2 : 0);
    const int32_t first = std::max(position / one, 0);
    result.push_back({first, std::min((position + one - 1) / one, input - 1), position - first * one});
  }
  return result;
}

inline std::vector<Mixture<float>> real_mixtures(int32_t input, int32_t output,
                                                 const ResizeAttributes& attributes) {
  float scale = static_cast<float>(input) / static_cast<float>(output);
  if (attributes.align_corners && output > 1)
    scale = static_cast<float>(input - 1) / static_cast<float>(output - 1);
  std::vector<Mixture<float>> result;
  for (int32_t i = 0; i < output; ++i) {
    const auto at = static_cast<float>(i);
    const float position = attributes.half_pixel_centers ? (at + 0.5f) * scale - 0.5f : at * scale;
    const int32_t first = std::max(static_cast<int32_t>(std::floor(position)), 0);
    result.push_back({first, std::min(static_cast<int32_t>(std::ceil(position)), input - 1),
                      position - static_cast<float>(first)});
  }
  return result;
}

inline bool is_real_image(const NodeView& view) {
  return has_dtype(view.output(), DType::f32);
}

}  // namespace burin::resize_bilinear
