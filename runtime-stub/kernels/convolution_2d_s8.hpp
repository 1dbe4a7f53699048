// CONV_2D, int8, any primitive layer: see kernels/convolution_s8_rows.hpp. With fewer weight channels than
// input channels the convolution is grouped. One multiplier and one shift an output channel.
#pragma once

#include <stdint.h>

#include "kernels/convolution_s8_rows.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: weight_channels, input_zero_point, output_zero_point, activation_min,
// activation_max, requantization, post_shift.
template <class Geometry, class Isa>
struct Convolution2dS8 {
  typedef Geometry G;

  static constexpr bool accepts() {
    return Window<Geometry>::sound() && G::weight_channels > 0 &&
           G::input_channels % G::weight_channels == 0 &&
           G::output_channels % (G::input_channels / G::weight_channels) == 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch; weights as ConvolutionS8Packer interleaves
  // them.
  static void run(const int8_t* input, const int8_t* weights, const int32_t* numbers, int8_t* output,
                  int32_t row_begin, int32_t row_end) {
    static constexpr ConvolutionS8Plan plan = ConvolutionS8PlanOf<Geometry>::make(
        G::weight_channels, G::output_channels / (G::input_channels / G::weight_channels), true,
        G::dilation_width == 1 && G::weight_channels == G::input_channels);
    const ConvolutionS8Functions functions = {0, Requantizer<Isa>::of(G::requantization)};
    ConvolutionS8Rows::run(plan, functions, input, weights, numbers, output, row_begin, row_end);
  }
};

}  // namespace burin_kernels
