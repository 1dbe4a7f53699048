// Windows that slide over the height and width of NHWC tensors: what convolutions and pools share. Padding is
// explicit everywhere; SAME and VALID end in the reader.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tensor/shape.hpp"

namespace burin {

// One axis of a window. `window` taps, `dilation` positions apart, meet the input at output * stride -
// pad_before; what lies outside [0, input) is padding.
struct WindowAxis {
  int32_t input = 1;
  int32_t window = 1;
  int32_t stride = 1;
  int32_t dilation = 1;
  int32_t pad_before = 0;
  int32_t pad_after = 0;

  // No dimension is empty and all numbers are small enough that positions fit int32.
  bool sound() const;
  // Positions from the first tap to the last, both included.
  int64_t extent() const { return static_cast<int64_t>(window - 1) * dilation + 1; }
  // Output positions; 0 where the window exceeds the padded input.
  int32_t output() const;
  int64_t position(int64_t output, int64_t tap) const {
    return output * stride - pad_before + tap * dilation;
  }
  bool contains(int64_t position) const { return position >= 0 && position < input; }
  // True where no tap of any output position lies outside of the input.
  bool unpadded() const { return pad_before == 0 && position(output() - 1, window - 1) < input; }
  // Sets the padding that TensorFlow calls SAME: ceil(input / stride) output positions, the odd one after.
  void pad_same();
};

struct Windows {
  WindowAxis height;
  WindowAxis width;

  bool sound() const { return height.sound() && width.sound(); }
  // Both axes give at least one output position.
  bool fit() const { return height.output() > 0 && width.output() > 0; }
  int64_t taps() const { return static_cast<int64_t>(height.window) * width.window; }
};

// The attributes of convolutions; a pool has these and the size of its window.
struct WindowAttributes {
  int32_t stride_height = 1;
  int32_t stride_width = 1;
  int32_t dilation_height = 1;
  int32_t dilation_width = 1;
  int32_t pad_top = 0;
  int32_t pad_left = 0;
  int32_t pad_bottom = 0;
  int32_t pad_right = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("stride_height", self.stride_height);
    visit("stride_width", self.stride_width);
    visit("dilation_height", self.dilation_height);
    visit("dilation_width", self.dilation_width);
    visit("pad_top", self.pad_top);
    visit("pad_left", self.pad_left);
    visit("pad_bottom", self.pad_bottom);
    visit("pad_right", self.pad_right);
  }

  // For an image of NHWC shape and a window of that many taps.
  Windows windows(const Shape& input, int32_t window_height, int32_t window_width) const;
  static WindowAttributes of(const Windows& windows);
};

}  // namespace burin
