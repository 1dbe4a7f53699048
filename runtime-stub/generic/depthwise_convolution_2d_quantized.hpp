// DEPTHWISE_CONV_2D, int8 and uint8, any primitive layer: see generic/convolution_rows.hpp. Any depth
// multiplier; one multiplier and one shift an output channel.
#pragma once

#include <stdint.h>

#include "generic/convolution_rows.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: input_zero_point, weights_zero_point, output_zero_point, activation_min,
// activation_max, requantization, post_shift.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dQuantized {
  typedef Geometry G;

  static constexpr bool accepts() {
    return Window<Geometry>::sound() && G::output_channels % G::input_channels == 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch; weights [window_height][window_width]
  // [output_channels], and three bytes behind them.
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int8_t* weights, const int32_t* numbers,
                              Element* output, int32_t row_begin, int32_t row_end) {
    typedef FourProductsOf<Isa, Element, G::weights_zero_point == 0> Products;
    static constexpr ConvolutionPlan plan =
        ConvolutionPlanOf<Geometry>::make(1, G::output_channels / G::input_channels, false, false);
    const ConvolutionFunctions functions = {
        Products::one_of_one,
        G::output_channels == G::input_channels ? Products::four_of_four() : Products::four_of_some,
        Requantizer<Isa>::of(G::requantization)};
    ConvolutionRows::run(plan, functions, reinterpret_cast<const int8_t*>(input), weights, numbers,
                         reinterpret_cast<int8_t*>(output), row_begin, row_end);
  }
};

}  // namespace burin_kernels
