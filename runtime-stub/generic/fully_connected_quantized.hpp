// FULLY_CONNECTED, int8 and uint8, any primitive layer.
//
//   output[b][o] = requantize_o(sum_i (input[b][i] - input_zero_point) * (weights[o][i] -
//   weights_zero_point))
//
// One routine for all layers, four outputs at a time: see generic/four_products.hpp for that and for the
// order of the weights, and generic/layer_requantization.hpp for the rest. Modelled cycles a
// multiply-accumulate at -O2: 2.2 on Cortex-M4, 3.8 on Cortex-M3, 8.3 on Cortex-M0+.
// Registers: see generic/four_products.hpp.
#pragma once

#include <stdint.h>

#include "generic/four_products.hpp"
#include "generic/layer_requantization.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

struct FullyConnectedPlan {
  LayerRequantization requantization;
  int32_t batches, inputs, outputs, input_zero_point, weights_zero_point;
};

struct FullyConnectedRows {
  static BURIN_SHARED void run(const FullyConnectedPlan& plan, FourProducts::Function products,
                               LayerRequantization::Function requantize, const int8_t* input,
                               const int8_t* weights, const int32_t* numbers, int8_t* output) {
    enum : int32_t { most_blocks = 8 };
    int32_t sums[4 * most_blocks];
    FourProducts work;
    work.values = input;
    work.rows = 1;
    work.length = plan.inputs;
    work.value_row = 0;
    work.factor_row = 0;
    work.value_zero_point = plan.input_zero_point;
    work.factor_zero_point = plan.weights_zero_point;
    work.value_block = 0;
    work.factor_block = 4 * plan.inputs;
    work.sums = sums;
    for (int32_t batch = 0; batch < plan.batches; ++batch) {
      const int32_t* next = numbers;
      work.factors = weights;
      for (int32_t left = plan.outputs; left > 0;) {
        work.factor_step = left < 4 ? left : 4;
        work.blocks = left < 4 ? 1 : left < 4 * most_blocks ? left / 4 : most_blocks;
        const int32_t outputs = work.blocks * work.factor_step;
        for (int32_t i = 0; i < 4 * work.blocks; ++i) sums[i] = 0;
        products(work);
        next = requantize(plan.requantization, next, sums, output, outputs);
        output += outputs;
        work.factors += plan.inputs * outputs;
        left -= outputs;
      }
      work.values += plan.inputs;
    }
  }
};

// Geometry: batches, inputs, outputs, input_zero_point, weights_zero_point, output_zero_point,
// activation_min, activation_max, requantization, post_shift. In fours: how the weights lie.
template <class Geometry, class Isa>
struct FullyConnectedQuantized {
  typedef Geometry G;
  static constexpr bool accepts() { return G::batches > 0 && G::inputs > 0 && G::outputs > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int8_t* weights, const int32_t* numbers,
                              Element* output) {
    static constexpr FullyConnectedPlan plan = {
        {G::output_zero_point, G::activation_min, G::activation_max, G::post_shift},
        G::batches,
        G::inputs,
        G::outputs,
        G::input_zero_point,
        G::weights_zero_point};
    FullyConnectedRows::run(
        plan, FourProductsOf<Isa, Element, G::weights_zero_point == 0>::four_of_one(G::in_fours != 0),
        Requantizer<Isa>::of(G::requantization), reinterpret_cast<const int8_t*>(input), weights, numbers,
        reinterpret_cast<int8_t*>(output));
  }
};

}  // namespace burin_kernels
