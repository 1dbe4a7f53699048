// pad: what its meaning and its kernels share.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>

#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"

namespace burin::pad {

inline const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

// The last four dimensions; those that a lower rank lacks are 1, without padding.
struct PaddedDimension {
  int32_t input = 1;
  int32_t before = 0;
  int32_t after = 0;

  int32_t output() const { return before + input + after; }
};

inline std::array<PaddedDimension, 4> dimensions_of(const NodeView& view) {
  std::array<PaddedDimension, 4> dimensions;
  const std::vector<int32_t>& paddings = view.attributes<PadAttributes>().paddings;
  const size_t rank = input_shape(view).rank();
  for (size_t i = 0; i < rank; ++i)
    dimensions[4 - rank + i] = {input_shape(view)[static_cast<int>(i)], paddings[2 * i], paddings[2 * i + 1]};
  return dimensions;
}

// What is added around the input, as each byte of every element: real zero.
inline int32_t padding_byte(const NodeView& view) {
  return byte_width(view.output().type.dtype) == 1 ? view.output().quantization.zero_point() : 0;
}

}  // namespace burin::pad
