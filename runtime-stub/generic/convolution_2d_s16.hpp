// CONV_2D, int16 values with int8 weights, any primitive layer, and with it FULLY_CONNECTED.
//
//   output[y][x][o] = requantize_o(bias[o] + sum over the window input[y'][x'][c] * weights[o][i][j][c])
//
// over the taps of the window that lie inside the image; zero points are 0. Weights are as the operator has
// them. See generic/requantization_s16.hpp for the rest.
//
// Registers: two pointers, a count, a sum, two factors. Cost, modeled Cortex-M4 cycles at -O2: 8 a
// multiply-accumulate, 3x3 of 32 channels.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/requantization_s16.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: weight_channels, requantization, activation_min, activation_max. With
// fewer weight channels than input channels the convolution is grouped.
template <class Geometry, class Isa>
struct Convolution2dS16 {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && G::weight_channels > 0 && G::input_channels % G::weight_channels == 0 &&
           G::output_channels % (G::input_channels / G::weight_channels) == 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch.
  static BURIN_ENTRY void run(const int16_t* input, const int8_t* weights, const int32_t* numbers,
                              int16_t* output, int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) {
        int16_t* to = OutputRows::at(output, y);
        for (int32_t x = 0; x < G::output_width; ++x) {
          for (int32_t o = 0; o < G::output_channels; ++o) {
            const int64_t sum = gather(input + o / outputs_a_group() * G::weight_channels,
                                       weights + o * (W::taps() * G::weight_channels), y, x);
            *to++ = SumS16<Geometry, Isa>::finish(sum, numbers + o * RequantizationS16::numbers_a_channel);
          }
        }
      }
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  static constexpr int32_t outputs_a_group() {
    return G::output_channels / (G::input_channels / G::weight_channels);
  }
  // The taps of a window's row are neighbors in memory, channels included.
  static constexpr bool dense() { return G::dilation_width == 1 && G::weight_channels == G::input_channels; }

  static int64_t gather(const int16_t* image, const int8_t* weights, int32_t y, int32_t x) {
    const Taps rows = W::rows(y);
    const Taps columns = W::columns(x);
    const int32_t pieces = dense() ? (columns.count() > 0 ? 1 : 0) : columns.count();
    const int32_t length = dense() ? columns.count() * G::weight_channels : G::weight_channels;
    int64_t sum = 0;
    for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
      const int16_t* const line = InputRows::at(image, W::top(y) + ky * G::dilation_height);
      for (int32_t piece = 0; piece < pieces; ++piece) {
        const int32_t kx = columns.begin + piece;
        sum += SumS16<Geometry, Isa>::products(
            line + (W::left(x) + kx * G::dilation_width) * G::input_channels,
            weights + (ky * G::window_width + kx) * G::weight_channels, length);
      }
    }
    return sum;
  }
};

}  // namespace burin_kernels
