// FULLY_CONNECTED, int8, any primitive layer.
//
//   output[b][o] = requantize_o(sum_i (input[b][i] - input_zero_point) * weights[o][i])
//
// One routine for all layers, four outputs at a time: see kernels/four_products_s8.hpp for that and for the
// order of the weights, and kernels/layer_requantization.hpp for the rest. On Cortex-M3 5 modelled cycles a
// multiply-accumulate at -O2, on Cortex-M0+ 8.
#pragma once

#include <stdint.h>

#include "kernels/four_products_s8.hpp"
#include "kernels/layer_requantization.hpp"

namespace burin_kernels {

struct FullyConnectedS8Plan {
  LayerRequantization requantization;
  int32_t batches, inputs, outputs, input_zero_point;
};

struct FullyConnectedS8Rows {
  static BURIN_SHARED void run(const FullyConnectedS8Plan& plan, LayerRequantization::Function requantize,
                               const int8_t* input, const int8_t* weights, const int32_t* numbers,
                               int8_t* output) {
    FourProducts work;
    work.values = input;
    work.rows = 1;
    work.length = plan.inputs;
    work.zero_point = plan.input_zero_point;
    for (int32_t batch = 0; batch < plan.batches; ++batch) {
      const int32_t* next = numbers;
      work.factors = weights;
      for (int32_t left = plan.outputs; left > 0; left -= work.factor_step) {
        work.factor_step = left < 4 ? left : 4;
        for (int32_t i = 0; i < 4; ++i) work.sums[i] = 0;
        FourProducts::four_of_one(work);
        next = requantize(plan.requantization, next, work.sums, output, work.factor_step);
        output += work.factor_step;
        work.factors += plan.inputs * work.factor_step;
      }
      work.values += plan.inputs;
    }
  }
};

// Geometry: batches, inputs, outputs, input_zero_point, output_zero_point, activation_min, activation_max,
// requantization, post_shift.
template <class Geometry, class Isa>
struct FullyConnectedS8 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::batches > 0 && G::inputs > 0 && G::outputs > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* weights, const int32_t* numbers, int8_t* output) {
    static constexpr FullyConnectedS8Plan plan = {
        {G::output_zero_point, G::activation_min, G::activation_max, G::post_shift},
        G::batches,
        G::inputs,
        G::outputs,
        G::input_zero_point};
    FullyConnectedS8Rows::run(plan, Requantizer<Isa>::of(G::requantization), input, weights, numbers, output);
  }
};

}  // namespace burin_kernels
