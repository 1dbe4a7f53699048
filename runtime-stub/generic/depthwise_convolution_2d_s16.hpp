// DEPTHWISE_CONV_2D, int16 values with int8 weights, any primitive layer.
//
//   output[y][x][o] = requantize_o(bias[o] + sum over the window input[y'][x'][o / multiplier] *
//   weights[i][j][o])
//
// over the taps of the window that lie inside the image; zero points are 0. Weights are as the operator has
// them. See generic/requantization_s16.hpp for the rest.
//
// Registers: two pointers and their steps, two ends, a sum of two words, two factors. Cost, modeled
// Cortex-M4 cycles at -O2: 29 a multiply-accumulate, 3x3.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/requantization_s16.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: requantization, activation_min, activation_max.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dS16 {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  // 256 products fit 32 bits.
  typedef typename SumOfS16<(W::taps() > 256)>::Type Sum;

  static constexpr bool accepts() { return W::sound() && G::output_channels % G::input_channels == 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch.
  static BURIN_ENTRY void run(const int16_t* input, const int8_t* weights, const int32_t* numbers,
                              int16_t* output, int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) {
        int16_t* to = OutputRows::at(output, y);
        const Taps rows = W::rows(y);
        for (int32_t x = 0; x < G::output_width; ++x) {
          const Taps columns = W::columns(x);
          for (int32_t o = 0; o < G::output_channels; ++o) {
            Sum sum = 0;
            for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
              const int16_t* const line = InputRows::at(input, W::top(y) + ky * G::dilation_height) +
                                          o / (G::output_channels / G::input_channels);
              for (int32_t kx = columns.begin; kx < columns.end; ++kx)
                sum += static_cast<int32_t>(line[(W::left(x) + kx * G::dilation_width) * G::input_channels]) *
                       weights[(ky * G::window_width + kx) * G::output_channels + o];
            }
            *to++ = SumS16<Geometry, Isa>::finish(sum, numbers + o * RequantizationS16::numbers_a_channel);
          }
        }
      }
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }
};

}  // namespace burin_kernels
