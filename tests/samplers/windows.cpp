#include "samplers/windows.hpp"

#include <algorithm>

namespace burin {
namespace {

WindowAxis sample_axis(Random& random, int32_t padding, bool dilated) {
  WindowAxis axis;
  axis.window = random.integer(1, 4);
  axis.stride = random.chance(0.5) ? 1 : random.integer(1, 3);
  axis.dilation = dilated ? random.integer(1, 3) : 1;
  const auto extent = static_cast<int32_t>(axis.extent());
  if (padding == 0) {
    axis.input = extent + random.integer(0, 5);
  } else if (padding == 1) {
    axis.input = random.integer(1, 9);
    axis.pad_same();
  } else {
    axis.pad_before = random.integer(0, extent - 1);
    axis.pad_after = random.integer(0, extent - 1);
    axis.input = std::max(1, extent - axis.pad_before - axis.pad_after) + random.integer(0, 5);
  }
  return axis;
}

}  // namespace

Windows sample_windows(Random& random, bool dilated) {
  const int32_t padding = random.integer(0, 2);
  const bool dilate = dilated && random.chance(0.25);
  return {sample_axis(random, padding, dilate), sample_axis(random, padding, dilate)};
}

}  // namespace burin
