// Windows that slide over the rows and columns of an image: which of their taps meet it.
//
// Geometry of every kernel with windows: batches, input_height, input_width, input_channels, output_height,
// output_width, output_channels, window_height, window_width, stride_height, stride_width, dilation_height,
// dilation_width, pad_top, pad_left, input_ring_rows, output_ring_rows. Padding below and to the right
// follows from the output's size.
#pragma once

#include <stdint.h>

#include "generic/rows.hpp"

namespace burin_kernels {

// The taps [begin, end) of a window along one axis that lie inside the image; begin <= end.
struct Taps {
  int32_t begin;
  int32_t end;

  // A window of `count` taps, `dilation` apart, the first at position `origin` of an axis `length` long.
  static Taps of(int32_t origin, int32_t count, int32_t dilation, int32_t length) {
    const int32_t before = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    const int32_t up_to = origin < length ? (length - origin + dilation - 1) / dilation : 0;
    Taps taps;
    taps.begin = before < count ? before : count;
    taps.end = up_to < count ? up_to : count;
    return taps;
  }
  int32_t count() const { return end - begin; }
};

template <class G>
struct Window {
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr int32_t taps() { return G::window_height * G::window_width; }
  static constexpr int32_t input_row_elements() { return G::input_width * G::input_channels; }
  static constexpr int32_t output_row_elements() { return G::output_width * G::output_channels; }
  // True where every window lies inside the image.
  static constexpr bool unpadded() {
    return G::pad_top == 0 && G::pad_left == 0 &&
           (G::output_height - 1) * G::stride_height + (G::window_height - 1) * G::dilation_height <
               G::input_height &&
           (G::output_width - 1) * G::stride_width + (G::window_width - 1) * G::dilation_width <
               G::input_width;
  }
  // True where every window has a tap inside the image.
  static constexpr bool meets_image() {
    return G::pad_top < G::window_height && G::pad_left < G::window_width &&
           (G::output_height - 1) * G::stride_height - G::pad_top < G::input_height &&
           (G::output_width - 1) * G::stride_width - G::pad_left < G::input_width;
  }
  // Rings hold one image, so only a single one can be streamed; the input's must hold a window.
  static constexpr bool sound() {
    return G::batches > 0 && G::input_height > 0 && G::input_width > 0 && G::input_channels > 0 &&
           G::output_height > 0 && G::output_width > 0 && G::output_channels > 0 && G::window_height > 0 &&
           G::window_width > 0 && G::stride_height > 0 && G::stride_width > 0 && G::dilation_height > 0 &&
           G::dilation_width > 0 &&
           (InputRows::whole() ||
            (G::batches == 1 && InputRows::stored() > (G::window_height - 1) * G::dilation_height)) &&
           (OutputRows::whole() || G::batches == 1);
  }

  static int32_t top(int32_t output_row) { return output_row * G::stride_height - G::pad_top; }
  static int32_t left(int32_t output_column) { return output_column * G::stride_width - G::pad_left; }
  static Taps rows(int32_t output_row) {
    return Taps::of(top(output_row), G::window_height, G::dilation_height, G::input_height);
  }
  static Taps columns(int32_t output_column) {
    return Taps::of(left(output_column), G::window_width, G::dilation_width, G::input_width);
  }
};

}  // namespace burin_kernels
