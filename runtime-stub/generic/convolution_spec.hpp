// The shape of a CONV_2D, int8, as its kernels' facts see it: everything but the numbers of the weights.
#pragma once

#include <stdint.h>

namespace burin_kernels {

// Tensors are NHWC, weights [output_channels][window_height][window_width][input_channels] (groups are not
// described). Tap (i, j) of output pixel (y, x) reads input pixel
//   (y * stride_height - pad_top + i * dilation_height, x * stride_width - pad_left + j * dilation_width);
// outside the image stands the input's zero point.
struct ConvolutionSpec {
  int32_t batches, input_height, input_width, input_channels;
  int32_t window_height, window_width;
  int32_t output_height, output_width, output_channels;
  int32_t stride_height, stride_width, dilation_height, dilation_width, pad_top, pad_left;
  int32_t input_zero_point, output_zero_point, activation_min, activation_max;
};

// Of a geometry that has all of its fields.
template <class G>
struct ConvolutionSpecOf {
  static constexpr ConvolutionSpec make() {
    return {G::batches,           G::input_height,   G::input_width,   G::input_channels,
            G::window_height,     G::window_width,   G::output_height, G::output_width,
            G::output_channels,   G::stride_height,  G::stride_width,  G::dilation_height,
            G::dilation_width,    G::pad_top,        G::pad_left,      G::input_zero_point,
            G::output_zero_point, G::activation_min, G::activation_max};
  }
};

}  // namespace burin_kernels
