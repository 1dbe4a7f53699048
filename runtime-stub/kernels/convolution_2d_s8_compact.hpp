// CONV_2D and DEPTHWISE_CONV_2D, int8, any primitive layer, in as little code as can be: one routine for all
// layers, which reads their geometry from a table, and no scratch.
//
//   output[y][x][o] = clamp(zero_point + requantize(bias[o] + sum input[y'][x'][c] * weights))
//
// CONV_2D: `bias` has the input's zero point folded in over the whole window; taps outside the image
// contribute the zero point times their weights. DEPTHWISE_CONV_2D: `bias` is the model's own, and only taps
// inside the image count.
//
// Weights: CONV_2D [outputs][window_height][window_width][channels], so that a row of the window is one dot
// product; DEPTHWISE_CONV_2D [window_height][window_width][outputs], output o reads channel o / (outputs /
// channels).
//
// Cost, modelled Cortex-M4 cycles a multiply-accumulate: CONV_2D 3 to 4 with the DSP extension and 64
// channels, 9 to 12 without; DEPTHWISE_CONV_2D about 15. Code: 700 bytes for both, and 30 a layer.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"
#include "kernels/window.hpp"

namespace burin_kernels {

struct CompactConvolution {
  int32_t batches, input_height, input_width, input_channels, input_ring_rows;
  int32_t output_height, output_width, output_channels, output_ring_rows;
  int32_t window_height, window_width, stride_height, stride_width, dilation_height, dilation_width;
  int32_t pad_top, pad_left, input_zero_point, output_zero_point, activation_min, activation_max, round_once;
};

struct CompactChannels {
  const int8_t* weights;
  const int32_t* bias;
  const int32_t* multipliers;
  const int8_t* shifts;
};

template <class Isa, bool depthwise>
struct CompactConvolutionRows {
  typedef CompactConvolution Plan;

  static BURIN_SHARED void run(const Plan& plan, const CompactChannels& channels, const int8_t* input,
                               int8_t* output, int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < plan.batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) {
        int8_t* to = output + y % plan.output_ring_rows * plan.output_width * plan.output_channels;
        Position at;
        at.top = y * plan.stride_height - plan.pad_top;
        at.rows = Taps::of(at.top, plan.window_height, plan.dilation_height, plan.input_height);
        for (int32_t x = 0; x < plan.output_width; ++x) {
          at.left = x * plan.stride_width - plan.pad_left;
          at.columns = Taps::of(at.left, plan.window_width, plan.dilation_width, plan.input_width);
          for (int32_t o = 0; o < plan.output_channels; ++o) {
            const int32_t sum =
                depthwise ? column(plan, channels, input, at, o) : window(plan, channels, input, at, o);
            const int32_t scaled =
                Isa::requantize(sum, channels.multipliers[o], channels.shifts[o], plan.round_once != 0);
            *to++ = static_cast<int8_t>(
                Isa::clamp(scaled + plan.output_zero_point, plan.activation_min, plan.activation_max));
          }
        }
      }
      input += plan.input_height * plan.input_width * plan.input_channels;
      output += plan.output_height * plan.output_width * plan.output_channels;
    }
  }

 private:
  struct Position {
    int32_t top;
    int32_t left;
    Taps rows;
    Taps columns;
  };

  static const int8_t* pixel(const Plan& plan, const int8_t* input, int32_t row, int32_t column) {
    return input + (row % plan.input_ring_rows * plan.input_width + column) * plan.input_channels;
  }

  static int32_t outside(const Plan& plan, const int8_t* weights, int32_t count, int32_t sum) {
    for (int32_t i = 0; i < count; ++i) sum += plan.input_zero_point * weights[i];
    return sum;
  }

  static int32_t window(const Plan& plan, const CompactChannels& channels, const int8_t* input,
                        const Position& at, int32_t o) {
    // Taps that are neighbours in memory: a row of the window, or one of a dilated window's.
    const int32_t pieces = plan.dilation_width == 1 ? 1 : plan.window_width;
    const int32_t taps = plan.dilation_width == 1 ? plan.window_width : 1;
    const int32_t depth = plan.input_channels;
    const int8_t* weights = channels.weights + o * plan.window_height * plan.window_width * depth;
    int32_t sum = channels.bias[o];
    for (int32_t i = 0; i < plan.window_height; ++i) {
      for (int32_t j = 0; j < pieces; ++j) {
        int32_t begin = pieces == 1 ? at.columns.begin : j >= at.columns.begin ? 0 : 1;
        int32_t end = pieces == 1 ? at.columns.end : j < at.columns.end ? 1 : 0;
        if (i < at.rows.begin || i >= at.rows.end || begin >= end) {
          begin = 0;
          end = 0;
        } else {
          const int32_t left = at.left + j * plan.dilation_width + begin;
          sum = Isa::dot_s8(pixel(plan, input, at.top + i * plan.dilation_height, left),
                            weights + begin * depth, (end - begin) * depth, sum);
        }
        sum = outside(plan, weights, begin * depth, sum);
        sum = outside(plan, weights + end * depth, (taps - end) * depth, sum);
        weights += taps * depth;
      }
    }
    return sum;
  }

  static int32_t column(const Plan& plan, const CompactChannels& channels, const int8_t* input,
                        const Position& at, int32_t o) {
    const int32_t step = plan.dilation_width * plan.input_channels;
    const int8_t* const values = input + o / (plan.output_channels / plan.input_channels);
    int32_t sum = channels.bias[o];
    for (int32_t i = at.rows.begin; i < at.rows.end; ++i) {
      const int8_t* weight =
          channels.weights + (i * plan.window_width + at.columns.begin) * plan.output_channels + o;
      const int8_t* value = pixel(plan, values, at.top + i * plan.dilation_height,
                                  at.left + at.columns.begin * plan.dilation_width);
      for (int32_t j = at.columns.begin; j < at.columns.end; ++j) {
        sum += (*value - plan.input_zero_point) * *weight;
        value += step;
        weight += plan.output_channels;
      }
    }
    return sum;
  }
};

// Geometry, besides that of windows: input_zero_point, output_zero_point, activation_min, activation_max,
// round_once.
template <class G>
struct CompactConvolutionPlan {
  static constexpr CompactConvolution make() {
    return CompactConvolution{
        G::batches,        G::input_height,  G::input_width,      G::input_channels,    G::input_ring_rows,
        G::output_height,  G::output_width,  G::output_channels,  G::output_ring_rows,  G::window_height,
        G::window_width,   G::stride_height, G::stride_width,     G::dilation_height,   G::dilation_width,
        G::pad_top,        G::pad_left,      G::input_zero_point, G::output_zero_point, G::activation_min,
        G::activation_max, G::round_once};
  }
};

template <class Geometry, class Isa>
struct Convolution2dS8Compact {
  static constexpr bool accepts() { return Window<Geometry>::sound(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output, int32_t row_begin, int32_t row_end) {
    static constexpr CompactConvolution plan = CompactConvolutionPlan<Geometry>::make();
    const CompactChannels channels = {weights, bias, multipliers, shifts};
    CompactConvolutionRows<Isa, false>::run(plan, channels, input, output, row_begin, row_end);
  }
};

template <class Geometry, class Isa>
struct DepthwiseConvolution2dS8Compact {
  static constexpr bool accepts() {
    return Window<Geometry>::sound() && Geometry::output_channels % Geometry::input_channels == 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output, int32_t row_begin, int32_t row_end) {
    static constexpr CompactConvolution plan = CompactConvolutionPlan<Geometry>::make();
    const CompactChannels channels = {weights, bias, multipliers, shifts};
    CompactConvolutionRows<Isa, true>::run(plan, channels, input, output, row_begin, row_end);
  }
};

}  // namespace burin_kernels
