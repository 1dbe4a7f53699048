// FULLY_CONNECTED, int8, any primitive layer.
//
//   output[b][o] = clamp(zero_point + requantize(bias[o] + sum_i input[b][i] * weights[o][i]))
//
// `bias` has the input's zero point folded in: bias[o] - input_zero_point * sum_i weights[o][i]. Weights are
// row-major [outputs][inputs]; multipliers and shifts stand once, or once an output where per_channel is 1.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"

namespace burin_kernels {

// One routine for all layers.
struct FullyConnectedPlan {
  int32_t batches, inputs, outputs, per_channel, output_zero_point, activation_min, activation_max,
      round_once;
};

struct FullyConnectedConstants {
  const int8_t* weights;
  const int32_t* bias;
  const int32_t* multipliers;
  const int8_t* shifts;
};

template <class Isa>
struct FullyConnectedRows {
  static BURIN_SHARED void run(const FullyConnectedPlan& plan, const FullyConnectedConstants& constants,
                               const int8_t* input, int8_t* output) {
    for (int32_t batch = 0; batch < plan.batches; ++batch) {
      for (int32_t o = 0; o < plan.outputs; ++o) {
        const int32_t channel = plan.per_channel != 0 ? o : 0;
        const int32_t sum =
            Isa::dot_s8(input, constants.weights + o * plan.inputs, plan.inputs, constants.bias[o]);
        const int32_t scaled = Isa::requantize(sum, constants.multipliers[channel], constants.shifts[channel],
                                               plan.round_once != 0);
        *output++ = static_cast<int8_t>(
            Isa::clamp(scaled + plan.output_zero_point, plan.activation_min, plan.activation_max));
      }
      input += plan.inputs;
    }
  }
};

template <class Geometry, class Isa>
struct FullyConnectedS8 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::batches > 0 && G::inputs > 0 && G::outputs > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output) {
    static constexpr FullyConnectedPlan plan = {
        G::batches,           G::inputs,         G::outputs,        G::per_channel,
        G::output_zero_point, G::activation_min, G::activation_max, G::round_once};
    const FullyConnectedConstants constants = {weights, bias, multipliers, shifts};
    FullyConnectedRows<Isa>::run(plan, constants, input, output);
  }
};

}  // namespace burin_kernels
