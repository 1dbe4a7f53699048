// FULLY_CONNECTED whose weights are computed, or given, when the model runs: nothing is packed, each output
// is a row of weights times a row of the input.
//
//   output[b][o] = activation(sum_i (input[b][i] - input_zero_point) * (weights[o][i] - weights_zero_point)
//                             + bias[o])
//
// `quantization` holds, in this order: the zero points of input, weights and output, multiplier and shift,
// the lowest and the highest output.
//
// Registers: two pointers, an end, a sum, two factors, two zero points. Cost, modeled Cortex-M4 cycles at
// -O2: 9 a multiply-accumulate.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: batches, inputs, outputs.
template <class Geometry, class Isa>
struct FullyConnectedComputedF32 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::batches > 0 && G::inputs > 0 && G::outputs > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, const float* weights, const float* bias, float* output,
                              float lowest, float highest) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      const float* row = weights;
      for (int32_t o = 0; o < G::outputs; ++o) {
        float sum = 0.0f;
        for (int32_t i = 0; i < G::inputs; ++i) sum += input[i] * row[i];
        sum += bias[o];
        *output++ = sum < lowest ? lowest : sum > highest ? highest : sum;
        row += G::inputs;
      }
      input += G::inputs;
    }
  }
};

// Geometry, besides: round_once.
template <class Geometry, class Isa>
struct FullyConnectedComputed {
  typedef Geometry G;
  static constexpr bool accepts() { return G::batches > 0 && G::inputs > 0 && G::outputs > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const Element* weights, const int32_t* bias,
                              const int32_t* quantization, Element* output) {
    const int32_t* const q = quantization;
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      const Element* row = weights;
      for (int32_t o = 0; o < G::outputs; ++o) {
        // The sum wraps like the reference's.
        uint32_t sum = static_cast<uint32_t>(bias[o]);
        for (int32_t i = 0; i < G::inputs; ++i)
          sum += static_cast<uint32_t>((input[i] - q[0]) * (row[i] - q[1]));
        const int32_t scaled = Isa::requantize(static_cast<int32_t>(sum), q[3], q[4], G::round_once != 0);
        *output++ = static_cast<Element>(Isa::clamp(scaled, q[5] - q[2], q[6] - q[2]) + q[2]);
        row += G::inputs;
      }
      input += G::inputs;
    }
  }
};

}  // namespace burin_kernels
