// DEPTHWISE_CONV_2D, int8, any primitive layer: see kernels/convolution_s8_rows.hpp. Any depth multiplier;
// one multiplier and one shift an output channel.
#pragma once

#include <stdint.h>

#include "kernels/convolution_s8_rows.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: input_zero_point, output_zero_point, activation_min, activation_max,
// requantization, post_shift.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dS8 {
  typedef Geometry G;

  static constexpr bool accepts() {
    return Window<Geometry>::sound() && G::output_channels % G::input_channels == 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch; weights [window_height][window_width]
  // [output_channels], and three bytes behind them.
  static void run(const int8_t* input, const int8_t* weights, const int32_t* numbers, int8_t* output,
                  int32_t row_begin, int32_t row_end) {
    static constexpr ConvolutionS8Plan plan =
        ConvolutionS8PlanOf<Geometry>::make(1, G::output_channels / G::input_channels, false, false);
    const ConvolutionS8Functions functions = {
        G::output_channels == G::input_channels ? FourProducts::four_of_four : FourProducts::four_of_some,
        Requantizer<Isa>::of(G::requantization)};
    ConvolutionS8Rows::run(plan, functions, input, weights, numbers, output, row_begin, row_end);
  }
};

}  // namespace burin_kernels
