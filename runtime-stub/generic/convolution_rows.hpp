// What CONV_2D and DEPTHWISE_CONV_2D have in common in int8 and uint8 on any primitive layer: one routine for
// all layers, which reads their geometries from tables.
//
//   output[y][x][o] = requantize_o(sum over the window (input[y'][x'][c] - input_zero_point) *
//                                                      (weights - weights_zero_point))
//
// over the taps of the window that lie inside the image: a tap outside stands for the zero point, and adds
// nothing. Windows are clipped once a pixel, so that no tap is tested. Four outputs are made at a time, see
// generic/four_products.hpp for that and for the order of the weights, and
// generic/layer_requantization.hpp for the rest.
//
// Registers: the inner loops' are in generic/four_products.hpp; what is around them lives on the stack, 380
// bytes, 128 of them for the sums of 32 outputs that are made before any is requantized.
//
// Cost, modeled cycles a multiply-accumulate at -O2, requantization included:
//
//                 pointwise, 64 channels   first layer, 10x4   depthwise, 3x3
//   Cortex-M4              2.7                    5.4               10.4
//   Cortex-M3              4.3                    6.2               13.5
//   Cortex-M0+             9.0                    9.8               19.1
//
// At -Os within 1 % of that on Cortex-M4. Of a pixel 460 are for finding the taps and for calls. Code: 2 KB
// for all layers on each, and 130 bytes of plan and call a layer.
#pragma once

#include <stdint.h>

#include "generic/four_products.hpp"
#include "generic/layer_requantization.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// The geometry of a layer, and how its weights lie.
struct ConvolutionPlan {
  LayerRequantization requantization;
  int32_t batches, input_height, input_width, input_channels, input_ring_rows;
  int32_t output_height, output_width, output_channels, output_ring_rows;
  int32_t window_height, window_width, stride_height, stride_width, dilation_height, dilation_width;
  int32_t pad_top, pad_left, input_zero_point, weights_zero_point;
  int32_t weight_channels;  // of a tap: inputs of an output
  int32_t outputs_a_group;  // that read the same inputs; those of the next group lie weight_channels on
  bool interleaved;         // the weights of four outputs lie in turn or in fours
  bool dense;               // four_of_one: the taps of a window's row are neighbors in memory
};

// What a layer computes with; no part of the plan, as tables with addresses are no constants everywhere.
struct ConvolutionFunctions {
  FourProducts::Function one;   // for outputs of one input; where `four` is, for one output
  FourProducts::Function four;  // for outputs of several inputs, or null
  LayerRequantization::Function requantize;
};

// Geometry: that of windows, input_zero_point, weights_zero_point, output_zero_point, activation_min,
// activation_max, requantization, post_shift.
template <class G>
struct ConvolutionPlanOf {
  static constexpr ConvolutionPlan make(int32_t weight_channels, int32_t outputs_a_group, bool interleaved,
                                        bool dense) {
    return {{G::output_zero_point, G::activation_min, G::activation_max, G::post_shift},
            G::batches,
            G::input_height,
            G::input_width,
            G::input_channels,
            Rows<G::input_height, G::input_ring_rows, 1>::stored(),
            G::output_height,
            G::output_width,
            G::output_channels,
            Rows<G::output_height, G::output_ring_rows, 1>::stored(),
            G::window_height,
            G::window_width,
            G::stride_height,
            G::stride_width,
            G::dilation_height,
            G::dilation_width,
            G::pad_top,
            G::pad_left,
            G::input_zero_point,
            G::weights_zero_point,
            weight_channels,
            outputs_a_group,
            interleaved,
            dense};
  }
};

struct ConvolutionRows {
  typedef ConvolutionPlan Plan;
  typedef ConvolutionFunctions Functions;

  // Output rows [row_begin, row_end) of every image of the batch.
  static BURIN_SHARED void run(const Plan& plan, const Functions& functions, const int8_t* input,
                               const int8_t* weights, const int32_t* numbers, int8_t* output,
                               int32_t row_begin, int32_t row_end) {
    const int32_t output_row = plan.output_width * plan.output_channels;
    const int32_t input_row = plan.input_width * plan.input_channels;
    for (int32_t batch = 0; batch < plan.batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) {
        const bool ring = plan.output_ring_rows != plan.output_height;
        int8_t* to = output + (ring ? y % plan.output_ring_rows : y) * output_row;
        const int32_t top = y * plan.stride_height - plan.pad_top;
        Inside inside;
        inside.rows = Taps::of(top, plan.window_height, plan.dilation_height, plan.input_height);
        inside.top = top + inside.rows.begin * plan.dilation_height;
        for (int32_t x = 0; x < plan.output_width; ++x) {
          const int32_t left = x * plan.stride_width - plan.pad_left;
          inside.columns = Taps::of(left, plan.window_width, plan.dilation_width, plan.input_width);
          inside.left = left + inside.columns.begin * plan.dilation_width;
          pixel(plan, functions, input, weights, numbers, to, inside);
          to += plan.output_channels;
        }
      }
      input += plan.input_height * input_row;
      output += plan.output_height * output_row;
    }
  }

 private:
  // The taps of a window that lie inside the image, and where the first of them lies.
  struct Inside {
    Taps rows;
    Taps columns;
    int32_t top;
    int32_t left;
  };

  // Sums that are made before outputs are.
  enum : int32_t { most_blocks = 8 };

  // What blocks of four outputs, or of fewer, need besides `work`.
  struct Block {
    int32_t tap;     // bytes of weights from a tap to the next one
    int32_t first;   // ... and before the first tap inside
    int32_t pieces;  // of a row of the window: what lies together
    FourProducts::Function products;
  };

  static void prepare(const Plan& plan, const Functions& functions, const Inside& inside, int32_t width,
                      bool four, FourProducts& work, Block& block) {
    // Several taps a call: those that lie together, or in steps.
    const bool whole = !plan.interleaved || plan.dense;
    const int32_t columns = inside.columns.count();
    block.pieces = whole ? 1 : columns;
    block.tap = plan.interleaved ? plan.weight_channels * width : plan.output_channels;
    block.products = four ? functions.four : functions.one;
    work.length = plan.weight_channels * (whole ? columns : 1);
    work.rows = inside.rows.count();
    work.factor_step = plan.interleaved ? width : block.tap;
    work.factor_row = plan.window_width * block.tap;
    work.value_block = four ? 4 : 0;
    work.factor_block = plan.interleaved ? plan.window_height * work.factor_row : width;
    block.first = inside.rows.begin * work.factor_row + inside.columns.begin * block.tap;
  }

  // Taps that do not lie together: one after the other, and rows of a ring as well.
  static BURIN_SHARED void piecewise(const Plan& plan, const Inside& inside, const Block& block,
                                     const int8_t* input, FourProducts& work) {
    const int32_t input_row = plan.input_width * plan.input_channels;
    const int8_t* const factors = work.factors;
    const int32_t rows = work.rows;
    work.rows = 1;
    for (int32_t row = 0; row < rows; ++row) {
      const int32_t y = inside.top + row * plan.dilation_height;
      work.values = input + (y % plan.input_ring_rows) * input_row;
      work.factors = factors + row * work.factor_row;
      for (int32_t piece = block.pieces; piece > 0; --piece) {
        block.products(work);
        work.values += work.value_step;
        work.factors += block.tap;
      }
    }
    work.rows = rows;
  }

  // Of four outputs the first `in_group` read the first input, the next `outputs_a_group` the second, and so
  // on.
  static void keep_distances(int32_t outputs_a_group, int32_t in_group, FourProducts& work) {
    int32_t distance = 0;
    for (int32_t i = 0; i < 3; ++i) {
      if (i + 1 == in_group) {
        ++distance;
        in_group += outputs_a_group;
      }
      work.distances[i] = distance;
    }
  }

  // All outputs of a pixel.
  static void pixel(const Plan& plan, const Functions& functions, const int8_t* input, const int8_t* weights,
                    const int32_t* numbers, int8_t* output, const Inside& inside) {
    const int32_t input_row = plan.input_width * plan.input_channels;
    const bool ring = plan.input_ring_rows != plan.input_height;
    input += inside.left * plan.input_channels;
    const int32_t offset = inside.top * input_row;
    int32_t sums[4 * most_blocks];
    FourProducts work;
    Block block;
    work.value_zero_point = plan.input_zero_point;
    work.factor_zero_point = plan.weights_zero_point;
    work.value_step = plan.dilation_width * plan.input_channels;
    work.value_row = plan.dilation_height * input_row;
    work.sums = sums;
    int32_t in_group = plan.outputs_a_group;
    int32_t width = 0;
    for (int32_t left = plan.output_channels; left > 0;) {
      const bool four = functions.four != 0 && left >= 4;
      const int32_t block_width = four ? 4 : functions.four != 0 ? 1 : in_group < 4 ? in_group : 4;
      if (block_width != width) {
        width = block_width;
        prepare(plan, functions, inside, width, four, work, block);
      }
      // Blocks with inputs of one kind: of the same group, or each of the next four.
      const int32_t alike = !four ? in_group : plan.outputs_a_group == 1 ? left : 4;
      work.blocks = width < 4 ? 1 : alike < 4 * most_blocks ? alike / 4 : most_blocks;
      const int32_t outputs = work.blocks * width;
      if (four && plan.outputs_a_group > 1) keep_distances(plan.outputs_a_group, in_group, work);
      for (int32_t i = 0; i < 4 * work.blocks; ++i) sums[i] = 0;
      work.factors = weights + block.first;
      if (block.pieces == 1 && !ring) {
        work.values = input + offset;
        block.products(work);
      } else {
        piecewise(plan, inside, block, input, work);
      }
      numbers = functions.requantize(plan.requantization, numbers, sums, output, outputs);
      output += outputs;
      weights += work.blocks * work.factor_block;
      left -= outputs;
      // On to the inputs of the next outputs.
      if (four && plan.outputs_a_group == 1) {
        input += outputs;
        continue;
      }
      for (in_group -= outputs; in_group <= 0; in_group += plan.outputs_a_group)
        input += plan.weight_channels;
    }
  }
};

}  // namespace burin_kernels
