// DEPTHWISE_CONV_2D in float32. Four outputs are made at a time, so that where the taps lie is found out once
// for all of them.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU: 14.2 a multiply-accumulate, 3x3.
// Registers: two pointers and the ends of the taps, and on the FPU four sums and two factors.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/products_f32.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// Weights are [taps][output_channels]; output channel o reads input channel o / (outputs / inputs).
template <class Geometry>
struct DepthwiseBlocks {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() { return W::sound() && G::output_channels % G::input_channels == 0; }

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

  static int32_t source(int32_t channel) { return channel / (G::output_channels / G::input_channels); }

  template <class Weight>
  static void row(const float* input, const Weight* weights, const F32Arithmetic& arithmetic, float* output,
                  int32_t y) {
    Position at;
    at.top = W::top(y);
    at.rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; ++x) {
      at.left = W::left(x);
      at.columns = W::columns(x);
      int32_t channel = 0;
      for (; channel + 4 <= G::output_channels; channel += 4)
        block<4>(input, weights + channel, arithmetic, output + channel, at, channel);
      for (; channel < G::output_channels; ++channel)
        block<1>(input, weights + channel, arithmetic, output + channel, at, channel);
      output += G::output_channels;
    }
  }

  // `width` neighboring outputs, 1 or 4.
  template <int32_t width, class Weight>
  static void block(const float* input, const Weight* weights, const F32Arithmetic& arithmetic, float* output,
                    const Position& at, int32_t channel) {
    float sum_0 = 0;
    float sum_1 = 0;
    float sum_2 = 0;
    float sum_3 = 0;
    for (int32_t ky = at.rows.begin; ky < at.rows.end; ++ky) {
      const float* line = InputRows::at(input, at.top + ky * G::dilation_height);
      for (int32_t kx = at.columns.begin; kx < at.columns.end; ++kx) {
        const float* element = line + (at.left + kx * G::dilation_width) * G::input_channels;
        const Weight* factor = weights + (ky * G::window_width + kx) * G::output_channels;
        add(element, factor, arithmetic, channel, sum_0);
        if (width > 1) {
          add(element, factor + 1, arithmetic, channel + 1, sum_1);
          add(element, factor + 2, arithmetic, channel + 2, sum_2);
          add(element, factor + 3, arithmetic, channel + 3, sum_3);
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

  template <class Weight>
  static void add(const float* element, const Weight* factor, const F32Arithmetic& arithmetic,
                  int32_t channel, float& sum) {
    sum += arithmetic.product(element[source(channel)], *factor);
  }
};

// Geometry, besides: scale_step, 1 where int8 weights have a scale a channel.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dF32 {
  static constexpr bool accepts() { return DepthwiseBlocks<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, const float* weights, const float* bias, float* output,
                              float lowest, float highest, int32_t row_begin, int32_t row_end) {
    const F32Arithmetic arithmetic = {0, 0, bias, lowest, highest};
    DepthwiseBlocks<Geometry>::run(input, weights, arithmetic, output, row_begin, row_end);
  }
  static BURIN_ENTRY void run(const float* input, const int8_t* weights, const float* scales,
                              const float* bias, float* output, float lowest, float highest,
                              int32_t row_begin, int32_t row_end) {
    const F32Arithmetic arithmetic = {scales, Geometry::scale_step, bias, lowest, highest};
    DepthwiseBlocks<Geometry>::run(input, weights, arithmetic, output, row_begin, row_end);
  }
};

}  // namespace burin_kernels
