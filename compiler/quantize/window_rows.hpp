// The elements that a convolution's or a fully connected layer's outputs are products with, as rows of a
// matrix: row i belongs to pixel i of the output, over all images of a batch, and lies in the order of a row
// of weights [window height, window width, channels].
#pragma once

#include <cstdint>

#include "ir/graph.hpp"
#include "ops/window.hpp"

namespace burin {

class WindowRows {
 public:
  // Of a convolution_2d or depthwise_convolution_2d.
  static WindowRows of(const NodeView& view);

  // Elements of a row: window height · window width · channels of a group.
  int64_t length() const { return windows_.taps() * group_channels_; }
  // Output pixels of an image.
  int64_t pixels() const { return pixels_; }
  int32_t groups() const { return channels_ / group_channels_; }

  // Where rows from `first` on are the input itself: a window of one tap that visits all pixels; else null.
  const float* direct(const float* input, int64_t first) const;
  // Writes the rows [first, first + count) of one group of channels. What lies outside of the image is 0.
  void gather(const float* input, int64_t first, int64_t count, int32_t group, float* rows) const;
  // Writes one row.
  void gather_row(const float* input, int64_t row, int32_t group, float* to) const;

 private:
  Windows windows_;
  int64_t output_width_ = 1;
  int64_t pixels_ = 1;
  int32_t channels_ = 1;
  int32_t group_channels_ = 1;
};

}  // namespace burin
