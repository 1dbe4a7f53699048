// FULLY_CONNECTED, int8, any primitive layer.
//
//   output[b][o] = clamp(zero_point + requantize(bias[o] + sum_i input[b][i] * weights[o][i]))
//
// `bias` has the input's zero point folded in: bias[o] - input_zero_point * sum_i weights[o][i]. Weights are
// row-major [outputs][inputs]; multipliers and shifts stand once, or once an output where per_channel is 1.
#pragma once

#include <stdint.h>

namespace burin_kernels {

template <class Geometry, class Isa>
struct FullyConnectedS8 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::batches > 0 && G::inputs > 0 && G::outputs > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t o = 0; o < G::outputs; ++o) {
        const int32_t channel = G::per_channel ? o : 0;
        const int32_t sum =
            Isa::dot_s8(input + batch * G::inputs, weights + o * G::inputs, G::inputs, bias[o]);
        const int32_t scaled =
            Isa::requantize(sum, multipliers[channel], shifts[channel], G::round_once != 0);
        *output++ = static_cast<int8_t>(
            Isa::clamp(scaled + G::output_zero_point, G::activation_min, G::activation_max));
      }
    }
  }
};

}  // namespace burin_kernels
