// TRANSPOSE_CONV, int8, any primitive layer. Each output gathers the products that input pixels spread over
// it:
//
//   output[y][x][o] = requantize_o(sum over the taps (ky, kx) (input[row][column][c] - input_zero_point) *
//                                                             weights[o][ky][kx][c])
//
// where row = (y + pad_top - ky) / stride_height is a whole number inside the image, and column likewise. One
// routine for all layers, a tap and four outputs at a time: see generic/four_products.hpp for that and for
// the order of the weights, whose runs are taps, and generic/layer_requantization.hpp for the rest.
//
// Registers: see generic/four_products.hpp. Cost, modeled cycles a multiply-accumulate at -O2, 3x3 with
// stride 2: on Cortex-M4 2.3 from 64 to 32 channels, 4.5 from 16 to 8; on Cortex-M3 3.7 and 6.4, on
// Cortex-M0+ 8.0 and 11.1.
#pragma once

#include <stdint.h>

#include "generic/four_products.hpp"
#include "generic/layer_requantization.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

struct TransposeConvolutionPlan {
  LayerRequantization requantization;
  int32_t batches, input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t window_height, window_width, stride_height, stride_width, pad_top, pad_left, input_zero_point;
};

struct TransposeConvolutionRows {
  typedef TransposeConvolutionPlan Plan;

  static BURIN_SHARED void run(const Plan& plan, FourProducts::Function products,
                               LayerRequantization::Function requantize, const int8_t* input,
                               const int8_t* weights, const int32_t* numbers, int8_t* output) {
    enum : int32_t { most_blocks = 8 };
    int32_t sums[4 * most_blocks];
    const int32_t taps = plan.window_height * plan.window_width;
    FourProducts work;
    work.rows = 1;
    work.length = plan.input_channels;
    work.value_row = 0;
    work.factor_row = 0;
    work.value_zero_point = plan.input_zero_point;
    work.factor_zero_point = 0;
    work.value_block = 0;
    work.sums = sums;
    for (int32_t batch = 0; batch < plan.batches; ++batch) {
      for (int32_t y = 0; y < plan.output_height; ++y) {
        for (int32_t x = 0; x < plan.output_width; ++x) {
          const int8_t* block = weights;
          const int32_t* next = numbers;
          for (int32_t left = plan.output_channels; left > 0;) {
            work.factor_step = left < 4 ? left : 4;
            work.blocks = left < 4 ? 1 : left < 4 * most_blocks ? left / 4 : most_blocks;
            work.factor_block = taps * plan.input_channels * work.factor_step;
            const int32_t outputs = work.blocks * work.factor_step;
            for (int32_t i = 0; i < 4 * work.blocks; ++i) sums[i] = 0;
            gather(plan, products, input, block, y + plan.pad_top, x + plan.pad_left, work);
            next = requantize(plan.requantization, next, sums, output, outputs);
            output += outputs;
            block += work.blocks * work.factor_block;
            left -= outputs;
          }
        }
      }
      input += plan.input_height * plan.input_width * plan.input_channels;
    }
  }

 private:
  // The products of all taps that meet the image, for the pixel (y, x) of the output as it is before padding
  // is cut off.
  static void gather(const Plan& plan, FourProducts::Function products, const int8_t* image,
                     const int8_t* weights, int32_t y, int32_t x, FourProducts& work) {
    for (int32_t ky = y % plan.stride_height; ky < plan.window_height && ky <= y; ky += plan.stride_height) {
      const int32_t row = (y - ky) / plan.stride_height;
      if (row >= plan.input_height) continue;
      for (int32_t kx = x % plan.stride_width; kx < plan.window_width && kx <= x; kx += plan.stride_width) {
        const int32_t column = (x - kx) / plan.stride_width;
        if (column >= plan.input_width) continue;
        work.values = image + (row * plan.input_width + column) * plan.input_channels;
        work.factors = weights + (ky * plan.window_width + kx) * plan.input_channels * work.factor_step;
        products(work);
      }
    }
  }
};

// Geometry: batches, input_height, input_width, input_channels, output_height, output_width, output_channels,
// window_height, window_width, stride_height, stride_width, pad_top, pad_left, input_zero_point,
// output_zero_point, activation_min, activation_max, requantization, post_shift, in_fours.
template <class Geometry, class Isa>
struct TransposeConvolutionS8 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::input_height > 0 && G::input_width > 0 && G::input_channels > 0 &&
           G::output_channels > 0 && G::stride_height > 0 && G::stride_width > 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* input, const int8_t* weights, const int32_t* numbers,
                              int8_t* output) {
    static constexpr TransposeConvolutionPlan plan = {
        {G::output_zero_point, G::activation_min, G::activation_max, G::post_shift},
        G::batches,
        G::input_height,
        G::input_width,
        G::input_channels,
        G::output_height,
        G::output_width,
        G::output_channels,
        G::window_height,
        G::window_width,
        G::stride_height,
        G::stride_width,
        G::pad_top,
        G::pad_left,
        G::input_zero_point};
    TransposeConvolutionRows::run(plan, FourProductsOf<Isa, int8_t, true>::four_of_one(G::in_fours != 0),
                                  Requantizer<Isa>::of(G::requantization), input, weights, numbers, output);
  }
};

}  // namespace burin_kernels
