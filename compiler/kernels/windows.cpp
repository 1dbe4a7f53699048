#include "kernels/windows.hpp"

#include <algorithm>
#include <limits>

namespace burin {

DilatedWindowGeometry window_geometry(const Windows& windows, const Shape& input, const Shape& output) {
  return {.window = {.batches = input[0],
                     .input_height = input[1],
                     .input_width = input[2],
                     .input_channels = input[3],
                     .output_height = output[1],
                     .output_width = output[2],
                     .output_channels = output[3],
                     .window_height = windows.height.window,
                     .window_width = windows.width.window,
                     .stride_height = windows.height.stride,
                     .stride_width = windows.width.stride,
                     .pad_top = windows.height.pad_before,
                     .pad_left = windows.width.pad_before},
          .dilation_height = windows.height.dilation,
          .dilation_width = windows.width.dilation,
          .input_ring_rows = 0,
          .output_ring_rows = 0};
}

std::vector<KernelOverlap> window_overlaps(const Windows& windows, const Shape& input, const Shape& output) {
  if (input[0] != 1) return {};
  // The lowest input byte that this pixel and all after it still read, against the highest output byte
  // written.
  const int64_t row_bytes = static_cast<int64_t>(input[2]) * input[3];
  int64_t needed = std::numeric_limits<int64_t>::max();
  int64_t distance = 0;
  for (int32_t y = output[1]; y-- > 0;) {
    for (int32_t x = output[2]; x-- > 0;) {
      const int64_t row = std::max<int64_t>(windows.height.position(y, 0), 0);
      const int64_t column = std::max<int64_t>(windows.width.position(x, 0), 0);
      needed = std::min(needed, row * row_bytes + column * input[3]);
      const int64_t written = ((static_cast<int64_t>(y) * output[2] + x) + 1) * output[3];
      distance = std::max(distance, written - needed);
    }
  }
  if (distance >= output.elements()) return {};
  return {{.input = 0, .distance = distance}};
}

}  // namespace burin
