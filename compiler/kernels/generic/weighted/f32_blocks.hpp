// Host side of the float32 kernels generic/convolution_2d_f32.hpp and
// generic/depthwise_convolution_2d_f32.hpp, for CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED, with float32
// or int8 weights.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"

namespace burin {

// A layer as a convolution over images, NHWC.
struct BlockLayer {
  Windows windows;
  Shape input;
  Shape output;
  int32_t weight_channels;  // fewer than input channels: grouped; ignored where depthwise
  bool depthwise;

  int64_t groups() const { return input[3] / weight_channels; }
  int64_t products() const { return output.elements() * windows.taps() * (depthwise ? 1 : weight_channels); }
};

std::variant<KernelCall, Refusal> f32_blocks_call(const NodeView& view, const BlockLayer& layer);

}  // namespace burin
