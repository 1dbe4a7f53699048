// CONV_2D, int8 and uint8, any primitive layer: see generic/convolution_rows.hpp. With fewer weight channels
// than input channels the convolution is grouped. One multiplier and one shift an output channel.
#pragma once

#include <stdint.h>

#include "generic/convolution_rows.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: weight_channels, in_fours, input_zero_point, weights_zero_point,
// output_zero_point, activation_min, activation_max, requantization, post_shift.
template <class Geometry, class Isa>
struct Convolution2dQuantized {
  typedef Geometry G;

  static constexpr bool accepts() {
    return Window<Geometry>::sound() && G::weight_channels > 0 &&
           G::input_channels % G::weight_channels == 0 &&
           G::output_channels % (G::input_channels / G::weight_channels) == 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch; weights as FourProductsPacker packs them,
  // in fours or not.
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int8_t* weights, const int32_t* numbers,
                              Element* output, int32_t row_begin, int32_t row_end) {
    static constexpr ConvolutionPlan plan = ConvolutionPlanOf<Geometry>::make(
        G::weight_channels, G::output_channels / (G::input_channels / G::weight_channels), true,
        G::dilation_width == 1 && G::weight_channels == G::input_channels);
    const ConvolutionFunctions functions = {
        FourProductsOf<Isa, Element, G::weights_zero_point == 0>::four_of_one(G::in_fours != 0), 0,
        Requantizer<Isa>::of(G::requantization)};
    ConvolutionRows::run(plan, functions, reinterpret_cast<const int8_t*>(input), weights, numbers,
                         reinterpret_cast<int8_t*>(output), row_begin, row_end);
  }
};

}  // namespace burin_kernels
