// Host side of kernels: resizing.
#pragma once

#include "kernels/geometry.hpp"
#include "kernels/kernel.hpp"
#include "ops/movement/resizing.hpp"

namespace burin {

// batches, channels, and the four sides.
struct ResizeGeometry {
  int32_t batches;
  int32_t channels;
  int32_t input_height;
  int32_t input_width;
  int32_t output_height;
  int32_t output_width;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", batches);
    visit("channels", channels);
    visit("input_height", input_height);
    visit("input_width", input_width);
    visit("output_height", output_height);
    visit("output_width", output_width);
  }
};

ResizeGeometry resize_geometry(const NodeView& view);

}  // namespace burin
