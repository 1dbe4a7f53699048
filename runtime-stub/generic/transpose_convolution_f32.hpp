// TRANSPOSE_CONV, float32. Each output gathers the products that input pixels spread over it: tap ky
// of its window meets row (y + pad_top - ky) / stride_height, where that is a whole number and inside.
//
// Registers: two pointers and a count, and on the FPU a sum and two factors. Cost, modeled Cortex-M4 cycles
// at -O2 on the FPU: 15 a multiply-accumulate (3x3, stride 2, 16 to 8 channels).
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: batches, input_height, input_width, input_channels, output_height, output_width, output_channels,
// window_height, window_width, stride_height, stride_width, pad_top, pad_left. Weights are [output channel,
// window_height, window_width, input channel].
template <class Geometry, class Isa>
struct TransposeConvolutionF32 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::input_height > 0 && G::input_width > 0 && G::input_channels > 0 &&
           G::output_channels > 0 && G::stride_height > 0 && G::stride_width > 0;
  }

  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, const float* weights, const float* bias, float* output,
                              float lowest, float highest) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = 0; y < G::output_height; ++y)
        for (int32_t x = 0; x < G::output_width; ++x)
          for (int32_t channel = 0; channel < G::output_channels; ++channel) {
            const float result =
                sum(input, weights + channel * (G::window_height * window_row()), y, x) + bias[channel];
            *output++ = result < lowest ? lowest : result > highest ? highest : result;
          }
      input += G::input_height * G::input_width * G::input_channels;
    }
  }

 private:
  static constexpr int32_t window_row() { return G::window_width * G::input_channels; }

  static float sum(const float* image, const float* weights, int32_t y, int32_t x) {
    float sum = 0;
    for (int32_t ky = 0; ky < G::window_height; ++ky) {
      const int32_t row = (y + G::pad_top - ky) / G::stride_height;
      if (y + G::pad_top < ky || row * G::stride_height != y + G::pad_top - ky || row >= G::input_height)
        continue;
      for (int32_t kx = 0; kx < G::window_width; ++kx) {
        const int32_t column = (x + G::pad_left - kx) / G::stride_width;
        if (x + G::pad_left < kx || column * G::stride_width != x + G::pad_left - kx ||
            column >= G::input_width)
          continue;
        const float* const pixel = image + (row * G::input_width + column) * G::input_channels;
        const float* const tap = weights + ky * window_row() + kx * G::input_channels;
        for (int32_t c = 0; c < G::input_channels; ++c) sum += pixel[c] * tap[c];
      }
    }
    return sum;
  }
};

}  // namespace burin_kernels
