// TRANSPOSE_CONV, float32 and int8. Each output gathers the products that input pixels spread over it: tap ky
// of its window meets row (y + pad_top - ky) / stride_height, where that is a whole number and inside.
#pragma once

#include <stdint.h>

namespace burin_kernels {

// Geometry: batches, input_height, input_width, input_channels, output_height, output_width, output_channels,
// window_height, window_width, stride_height, stride_width, pad_top, pad_left. Weights are [output channel,
// window_height, window_width, input channel].
template <class Geometry>
struct TransposeConvolution {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::input_height > 0 && G::input_width > 0 && G::input_channels > 0 &&
           G::output_channels > 0 && G::stride_height > 0 && G::stride_width > 0;
  }

  // Arithmetic: Sum, start(channel), product(x, weight) and finish(sum, channel).
  template <class Element, class Arithmetic>
  static void run(const Element* input, const Element* weights, const Arithmetic& arithmetic,
                  Element* output) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = 0; y < G::output_height; ++y)
        for (int32_t x = 0; x < G::output_width; ++x)
          for (int32_t channel = 0; channel < G::output_channels; ++channel)
            *output++ = arithmetic.finish(
                sum(input, weights + channel * (G::window_height * window_row()), arithmetic, y, x, channel),
                channel);
      input += G::input_height * G::input_width * G::input_channels;
    }
  }

 private:
  static constexpr int32_t window_row() { return G::window_width * G::input_channels; }

  template <class Element, class Arithmetic>
  static typename Arithmetic::Sum sum(const Element* image, const Element* weights,
                                      const Arithmetic& arithmetic, int32_t y, int32_t x, int32_t channel) {
    typename Arithmetic::Sum sum = arithmetic.start(channel);
    for (int32_t ky = 0; ky < G::window_height; ++ky) {
      const int32_t row = (y + G::pad_top - ky) / G::stride_height;
      if (y + G::pad_top < ky || row * G::stride_height != y + G::pad_top - ky || row >= G::input_height)
        continue;
      for (int32_t kx = 0; kx < G::window_width; ++kx) {
        const int32_t column = (x + G::pad_left - kx) / G::stride_width;
        if (x + G::pad_left < kx || column * G::stride_width != x + G::pad_left - kx ||
            column >= G::input_width)
          continue;
        const Element* const pixel = image + (row * G::input_width + column) * G::input_channels;
        const Element* const tap = weights + ky * window_row() + kx * G::input_channels;
        for (int32_t c = 0; c < G::input_channels; ++c) sum += arithmetic.product(pixel[c], tap[c]);
      }
    }
    return sum;
  }
};

template <class Geometry, class Isa>
struct TransposeConvolutionF32 {
  static constexpr bool accepts() { return TransposeConvolution<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const float* input, const float* weights, const float* bias, float* output, float lowest,
                  float highest) {
    const Arithmetic arithmetic = {bias, lowest, highest};
    TransposeConvolution<Geometry>::run(input, weights, arithmetic, output);
  }

 private:
  struct Arithmetic {
    typedef float Sum;
    const float* bias;
    float lowest;
    float highest;
    static float start(int32_t) { return 0; }
    static float product(float x, float weight) { return x * weight; }
    float finish(float sum, int32_t channel) const {
      const float result = sum + bias[channel];
      return result < lowest ? lowest : result > highest ? highest : result;
    }
  };
};

// Geometry, besides: round_once, activation_min, activation_max.
template <class Geometry, class Isa>
struct TransposeConvolutionS8 {
  static constexpr bool accepts() { return TransposeConvolution<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output, int32_t input_zero_point, int32_t output_zero_point) {
    const Arithmetic arithmetic = {bias, multipliers, shifts, input_zero_point, output_zero_point};
    TransposeConvolution<Geometry>::run(input, weights, arithmetic, output);
  }

 private:
  struct Arithmetic {
    typedef int32_t Sum;
    const int32_t* bias;
    const int32_t* multipliers;
    const int8_t* shifts;
    int32_t input_zero;
    int32_t output_zero;
    int32_t start(int32_t channel) const { return bias[channel]; }
    int32_t product(int32_t x, int32_t weight) const { return (x - input_zero) * weight; }
    int8_t finish(int32_t sum, int32_t channel) const {
      const int32_t scaled =
          Isa::requantize(sum, multipliers[channel], shifts[channel], Geometry::round_once != 0);
      return static_cast<int8_t>(
          Isa::clamp(scaled + output_zero, Geometry::activation_min, Geometry::activation_max));
    }
  };
};

}  // namespace burin_kernels
