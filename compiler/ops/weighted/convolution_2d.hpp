// convolution_2d: what its meaning and its kernels share.
#pragma once

#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"

namespace burin::convolution_2d {

inline int32_t output_channels(const NodeView& view) {
  return weights_shape(view)[0];
}

inline int32_t groups(const NodeView& view) {
  return input_shape(view)[3] / weights_shape(view)[3];
}

inline std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  return convolution_multipliers(view, output_channels(view));
}

}  // namespace burin::convolution_2d
