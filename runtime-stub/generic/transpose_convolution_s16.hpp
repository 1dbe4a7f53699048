// TRANSPOSE_CONV, int16 values with int8 weights, any primitive layer. Each output gathers the products that
// input pixels spread over it:
//
//   output[y][x][o] = requantize_o(bias[o] + sum over the taps (ky, kx) input[row][column][c] *
//   weights[o][ky][kx][c])
//
// where row = (y + pad_top - ky) / stride_height is a whole number inside the image, and column likewise;
// zero points are 0. Weights are as the operator has them. See generic/requantization_s16.hpp for the rest.
//
// Registers: two pointers, a count, a sum, two factors. Cost, modeled Cortex-M4 cycles at -O2: 11 a
// multiply-accumulate, 3x4 of 64 channels.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/requantization_s16.hpp"

namespace burin_kernels {

// Geometry: batches, input_height, input_width, input_channels, output_height, output_width, output_channels,
// window_height, window_width, stride_height, stride_width, pad_top, pad_left, requantization,
// activation_min, activation_max.
template <class Geometry, class Isa>
struct TransposeConvolutionS16 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::input_height > 0 && G::input_width > 0 && G::input_channels > 0 &&
           G::output_channels > 0 && G::stride_height > 0 && G::stride_width > 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int16_t* input, const int8_t* weights, const int32_t* numbers,
                              int16_t* output) {
    const int32_t window = G::window_height * G::window_width * G::input_channels;
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = 0; y < G::output_height; ++y)
        for (int32_t x = 0; x < G::output_width; ++x)
          for (int32_t o = 0; o < G::output_channels; ++o)
            *output++ = SumS16<Geometry, Isa>::finish(
                gather(input, weights + o * window, y + G::pad_top, x + G::pad_left),
                numbers + o * RequantizationS16::numbers_a_channel);
      input += G::input_height * G::input_width * G::input_channels;
    }
  }

 private:
  // For the pixel (y, x) of the output as it is before padding is cut off.
  static int64_t gather(const int16_t* image, const int8_t* weights, int32_t y, int32_t x) {
    int64_t sum = 0;
    for (int32_t ky = y % G::stride_height; ky < G::window_height && ky <= y; ky += G::stride_height) {
      const int32_t row = (y - ky) / G::stride_height;
      if (row >= G::input_height) continue;
      for (int32_t kx = x % G::stride_width; kx < G::window_width && kx <= x; kx += G::stride_width) {
        const int32_t column = (x - kx) / G::stride_width;
        if (column >= G::input_width) continue;
        sum += SumS16<Geometry, Isa>::products(image + (row * G::input_width + column) * G::input_channels,
                                               weights + (ky * G::window_width + kx) * G::input_channels,
                                               G::input_channels);
      }
    }
    return sum;
  }
};

}  // namespace burin_kernels
