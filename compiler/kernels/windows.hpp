// What kernels that move a window over an image have in common.
#pragma once

#include "kernels/geometry.hpp"
#include "kernels/kernel.hpp"
#include "ops/window.hpp"

namespace burin {

// Windows over an image; both tensors are NHWC.
struct WindowGeometry {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t output_channels;
  int32_t window_height;
  int32_t window_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t pad_top;
  int32_t pad_left;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", batches);
    visit("input_height", input_height);
    visit("input_width", input_width);
    visit("input_channels", input_channels);
    visit("output_height", output_height);
    visit("output_width", output_width);
    visit("output_channels", output_channels);
    visit("window_height", window_height);
    visit("window_width", window_width);
    visit("stride_height", stride_height);
    visit("stride_width", stride_width);
    visit("pad_top", pad_top);
    visit("pad_left", pad_left);
  }
};

// What generic/window.hpp asks of a geometry. Rows that a ring holds are 0 where the tensor is stored whole.
struct DilatedWindowGeometry {
  WindowGeometry window;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t input_ring_rows;
  int32_t output_ring_rows;

  template <class Visit>
  void fields(Visit visit) const {
    window.fields(visit);
    visit("dilation_height", dilation_height);
    visit("dilation_width", dilation_width);
    visit("input_ring_rows", input_ring_rows);
    visit("output_ring_rows", output_ring_rows);
  }
};

DilatedWindowGeometry window_geometry(const Windows& windows, const Shape& input, const Shape& output);

// For kernels that make pixel after pixel and read no more than its window for each: how far below the input
// the output must start. Nothing where that leaves no overlap, or where there are several images.
std::vector<KernelOverlap> window_overlaps(const Windows& windows, const Shape& input, const Shape& output);

}  // namespace burin
