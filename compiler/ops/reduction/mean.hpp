// mean: what its meaning and its kernels share.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"

namespace burin::mean {

inline const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

inline bool is_reduced(const NodeView& view, size_t dimension) {
  const auto rank = static_cast<int32_t>(input_shape(view).rank());
  return std::ranges::any_of(view.attributes<MeanAttributes>().axes, [&](int32_t axis) {
    return (axis < 0 ? axis + rank : axis) == static_cast<int32_t>(dimension);
  });
}

// Elements of the input for one of the output.
inline int64_t reduced_elements(const NodeView& view) {
  int64_t count = 1;
  for (size_t i = 0; i < input_shape(view).rank(); ++i)
    if (is_reduced(view, i)) count *= input_shape(view)[static_cast<int>(i)];
  return count;
}

// The factor of the sum: input scale / output scale / elements, with the division done in the fixed-point
// multiplier as TensorFlow Lite's QuantizedMeanOrSum does, which rounds down and keeps 31 bits where it can.
inline FixedPointMultiplier factor_of(const NodeView& view) {
  const double ratio = static_cast<double>(view.input(0).quantization.scale()) /
                       static_cast<double>(view.output().quantization.scale());
  FixedPointMultiplier factor = fixed_point(ratio);
  const auto count = static_cast<uint64_t>(reduced_elements(view));
  const int32_t room = std::min(32, 31 + factor.shift);
  const int32_t shift = std::min(static_cast<int32_t>(std::bit_width(count)) - 1, room);
  factor.multiplier =
      static_cast<int32_t>((static_cast<int64_t>(factor.multiplier) << shift) / static_cast<int64_t>(count));
  factor.shift -= shift;
  return factor;
}

// The input as [kept][reduced][kept][reduced][kept]: dimensions of one element left out, neighbors of a kind
// joined.
struct Layout {
  std::vector<int32_t> lengths = {1};  // kept, reduced, kept, …

  bool fits() const { return lengths.size() <= 5; }
  int32_t operator[](size_t i) const { return i < lengths.size() ? lengths[i] : 1; }
};

inline Layout layout_of(const NodeView& view) {
  Layout layout;
  for (size_t i = 0; i < input_shape(view).rank(); ++i) {
    const int32_t length = input_shape(view)[static_cast<int>(i)];
    if (length == 1) continue;
    const bool last_is_reduced = layout.lengths.size() % 2 == 0;
    if (is_reduced(view, i) == last_is_reduced)
      layout.lengths.back() *= length;
    else
      layout.lengths.push_back(length);
  }
  return layout;
}

}  // namespace burin::mean
