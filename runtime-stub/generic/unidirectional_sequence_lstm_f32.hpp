// UNIDIRECTIONAL_SEQUENCE_LSTM, float32, with float32 or int8 weights.
//
//   gate = input · weights + bias + hidden · weights
//   i = logistic(gate 0), f = logistic(gate 1), g = tanh(gate 2), o = logistic(gate 3)
//   cell = clip(f * cell + i * g)
//   hidden = o * tanh(cell)
//
// Weights are [units][4 gates][inputs + units]: those of the input, then those of the hidden state; biases
// are [units][4 gates]. int8 weights stand for weight * scale, one scale for each of 4 gates * {input,
// hidden}.
//
// Registers: two pointers, an end, and on the FPU a sum and two factors; gates are made one by one. Cost,
// modeled Cortex-M4 cycles at -O2 on the FPU: 17 a multiply-accumulate (trained_lstm).
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/lstm_sequence.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct UnidirectionalSequenceLstmF32 {
  typedef Geometry G;
  static constexpr bool accepts() { return LstmSequence<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  // `clip` limits the cell state where it is positive.
  static BURIN_ENTRY void run(const float* input, const float* weights, const float* bias, float* hidden,
                              float* cell, float* output, float clip) {
    const Unit<float> unit = {weights, NULL, bias, clip};
    LstmSequence<Geometry>::run(input, hidden, cell, output, unit);
  }
  static BURIN_ENTRY void run(const float* input, const int8_t* weights, const float* scales,
                              const float* bias, float* hidden, float* cell, float* output, float clip) {
    const Unit<int8_t> unit = {weights, scales, bias, clip};
    LstmSequence<Geometry>::run(input, hidden, cell, output, unit);
  }

 private:
  template <class Weight>
  struct Unit {
    const Weight* weights;
    const float* scales;
    const float* bias;
    float clip;

    static float dot(const float* values, const Weight* row, int32_t count) {
      float sum = 0.0f;
      for (int32_t i = 0; i < count; ++i) sum += values[i] * static_cast<float>(row[i]);
      return sum;
    }
    float gate(const float* values, const float* previous, int32_t j, int32_t g) const {
      const Weight* row = weights + (j * 4 + g) * (G::inputs + G::units);
      float from_input = dot(values, row, G::inputs);
      float from_hidden = dot(previous, row + G::inputs, G::units);
      if (scales != NULL) {
        from_input *= scales[g * 2];
        from_hidden *= scales[g * 2 + 1];
      }
      return from_input + bias[j * 4 + g] + from_hidden;
    }
    static float logistic(float x) { return 1.0f / (1.0f + expf(-x)); }

    float operator()(const float* values, const float* previous, int32_t j, float* cell) const {
      const float i = logistic(gate(values, previous, j, 0));
      const float f = logistic(gate(values, previous, j, 1));
      const float g = tanhf(gate(values, previous, j, 2));
      const float o = logistic(gate(values, previous, j, 3));
      float state = f * *cell + i * g;
      if (clip > 0.0f) state = state < -clip ? -clip : state > clip ? clip : state;
      *cell = state;
      return o * tanhf(state);
    }
  };
};

}  // namespace burin_kernels
