#include "quantize/window_rows.hpp"

#include <algorithm>

namespace burin {

WindowRows WindowRows::of(const NodeView& view) {
  const Shape& input = view.input(0).type.shape;
  const Shape& weights = view.input(1).type.shape;
  WindowRows rows;
  rows.windows_ = view.attributes<WindowAttributes>().windows(input, weights[1], weights[2]);
  rows.output_width_ = rows.windows_.width.output();
  rows.pixels_ = static_cast<int64_t>(rows.windows_.height.output()) * rows.output_width_;
  rows.channels_ = input[3];
  rows.group_channels_ = view.node.op == Op::depthwise_convolution_2d ? 1 : weights[3];
  return rows;
}

const float* WindowRows::direct(const float* input, int64_t first) const {
  const bool every_pixel = windows_.taps() == 1 && windows_.height.stride == 1 &&
                           windows_.width.stride == 1 && windows_.height.output() == windows_.height.input &&
                           windows_.width.output() == windows_.width.input &&
                           windows_.height.pad_before == 0 && windows_.width.pad_before == 0;
  return every_pixel && groups() == 1 ? input + first * channels_ : nullptr;
}

void WindowRows::gather(const float* input, int64_t first, int64_t count, int32_t group, float* rows) const {
  const int64_t step = length();
  for (int64_t i = 0; i < count; ++i) gather_row(input, first + i, group, rows + i * step);
}

void WindowRows::gather_row(const float* input, int64_t row, int32_t group, float* to) const {
  const int64_t image = row / pixels();
  const int64_t pixel = row % pixels();
  const int64_t y = pixel / output_width_;
  const int64_t x = pixel % output_width_;
  const int64_t taps = windows_.width.window;
  for (int64_t ky = 0; ky < windows_.height.window; ++ky) {
    const int64_t line = windows_.height.position(y, ky);
    if (!windows_.height.contains(line)) {
      to = std::fill_n(to, taps * group_channels_, 0.0f);
      continue;
    }
    const float* from = input + (image * windows_.height.input + line) * windows_.width.input * channels_ +
                        static_cast<int64_t>(group) * group_channels_;
    for (int64_t kx = 0; kx < taps; ++kx) {
      const int64_t column = windows_.width.position(x, kx);
      if (windows_.width.contains(column))
        to = std::copy_n(from + column * channels_, group_channels_, to);
      else
        to = std::fill_n(to, group_channels_, 0.0f);
    }
  }
}

}  // namespace burin
