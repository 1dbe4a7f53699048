// CONV_2D in float32, and with it FULLY_CONNECTED. Four outputs are made at a time, so that each input value
// is read once for all of them.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU: 3.7 to 4.4 a multiply-accumulate from 16 input channels
// on.
// Registers: two pointers and a count, and on the FPU four sums, four inputs and eight weights.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/products_f32.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

#ifdef BURIN_HOST
#include <cstddef>
#include <span>
#include <vector>
#endif  // BURIN_HOST

namespace burin_kernels {

#ifdef BURIN_HOST
struct ConvolutionBlocksPacker {
  // From rows of weights, one an output channel, to what the kernels read: in each group, the weights of four
  // neighboring channels alternate; channels that are left over follow one after the other.
  template <class Weight>
  static std::vector<Weight> pack(std::span<const Weight> rows, size_t channels, size_t groups) {
    const size_t length = rows.size() / channels;
    const size_t in_group = channels / groups;
    std::vector<Weight> packed;
    packed.reserve(rows.size());
    for (size_t first = 0; first < channels;) {
      const size_t width = in_group - first % in_group >= 4 ? 4 : 1;
      for (size_t i = 0; i < length; ++i)
        for (size_t k = 0; k < width; ++k) packed.push_back(rows[(first + k) * length + i]);
      first += width;
    }
    return packed;
  }
};
#endif  // BURIN_HOST

// Geometry, besides that of windows: weight_channels. With fewer of them than input channels the convolution
// is grouped.
template <class Geometry>
struct ConvolutionBlocks {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && G::weight_channels > 0 && G::input_channels % G::weight_channels == 0 &&
           G::output_channels % (G::input_channels / G::weight_channels) == 0;
  }

  // Output rows [row_begin, row_end) of every image of the batch.
  template <class Weight>
  static void run(const float* input, const Weight* weights, const F32Arithmetic& arithmetic, float* output,
                  int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y)
        row(input, weights, arithmetic, OutputRows::at(output, y), y);
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  struct Position {
    int32_t top;
    int32_t left;
    Taps rows;
    Taps columns;
  };

  static constexpr int32_t groups() { return G::input_channels / G::weight_channels; }
  static constexpr int32_t outputs_a_group() { return G::output_channels / groups(); }
  static constexpr int32_t weights_an_output() { return W::taps() * G::weight_channels; }
  // The taps of a window's row are neighbors in memory, channels included.
  static constexpr bool dense() { return G::dilation_width == 1 && G::weight_channels == G::input_channels; }

  template <class Weight>
  static void row(const float* input, const Weight* weights, const F32Arithmetic& arithmetic, float* output,
                  int32_t y) {
    Position at;
    at.top = W::top(y);
    at.rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; ++x) {
      at.left = W::left(x);
      at.columns = W::columns(x);
      const float* image = input;
      const Weight* factors = weights;
      int32_t channel = 0;
      for (int32_t group = 0; group < groups(); ++group) {
        int32_t left = outputs_a_group();
        for (; left >= 4; left -= 4) {
          block<4>(image, factors, arithmetic, output, at, channel);
          factors += 4 * weights_an_output();
          channel += 4;
          output += 4;
        }
        for (; left > 0; --left) {
          block<1>(image, factors, arithmetic, output, at, channel);
          factors += weights_an_output();
          ++channel;
          ++output;
        }
        image += G::weight_channels;
      }
    }
  }

  // `width` neighboring outputs, 1 or 4.
  template <int32_t width, class Weight>
  static void block(const float* image, const Weight* weights, const F32Arithmetic& arithmetic, float* output,
                    const Position& at, int32_t channel) {
    float sum_0 = 0;
    float sum_1 = 0;
    float sum_2 = 0;
    float sum_3 = 0;
    const int32_t pieces = dense() ? (at.columns.count() > 0 ? 1 : 0) : at.columns.count();
    const int32_t length = dense() ? at.columns.count() * G::weight_channels : G::weight_channels;
    for (int32_t ky = at.rows.begin; ky < at.rows.end; ++ky) {
      const float* line = InputRows::at(image, at.top + ky * G::dilation_height);
      for (int32_t piece = 0; piece < pieces; ++piece) {
        const int32_t kx = at.columns.begin + piece;
        const float* element = line + (at.left + kx * G::dilation_width) * G::input_channels;
        const Weight* factor = weights + (ky * G::window_width + kx) * G::weight_channels * width;
        const Weight* const end = factor + length * width;
        if (width == 4) arithmetic.four_products(element, factor, length, sum_0, sum_1, sum_2, sum_3);
        while (factor != end) {
          const float value = *element++;
          sum_0 += arithmetic.product(value, factor[0]);
          if (width > 1) {
            sum_1 += arithmetic.product(value, factor[1]);
            sum_2 += arithmetic.product(value, factor[2]);
            sum_3 += arithmetic.product(value, factor[3]);
          }
          factor += width;
        }
      }
    }
    output[0] = arithmetic.finish(sum_0, channel);
    if (width > 1) {
      output[1] = arithmetic.finish(sum_1, channel + 1);
      output[2] = arithmetic.finish(sum_2, channel + 2);
      output[3] = arithmetic.finish(sum_3, channel + 3);
    }
  }
};

// Geometry, besides: scale_step, 1 where int8 weights have a scale a channel.
template <class Geometry, class Isa>
struct Convolution2dF32 {
  static constexpr bool accepts() { return ConvolutionBlocks<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, const float* weights, const float* bias, float* output,
                              float lowest, float highest, int32_t row_begin, int32_t row_end) {
    const F32Arithmetic arithmetic = {0, 0, bias, lowest, highest};
    ConvolutionBlocks<Geometry>::run(input, weights, arithmetic, output, row_begin, row_end);
  }
  static BURIN_ENTRY void run(const float* input, const int8_t* weights, const float* scales,
                              const float* bias, float* output, float lowest, float highest,
                              int32_t row_begin, int32_t row_end) {
    const F32Arithmetic arithmetic = {scales, Geometry::scale_step, bias, lowest, highest};
    ConvolutionBlocks<Geometry>::run(input, weights, arithmetic, output, row_begin, row_end);
  }
};

}  // namespace burin_kernels
