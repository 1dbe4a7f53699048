// UNIDIRECTIONAL_SEQUENCE_LSTM, int8 with an int16 cell state, any primitive layer.
//
// A gate is a function of sat(requantize(input · weights + bias) + requantize(hidden · weights)), both terms
// int16 in units of 2^-12. In the order of the constants:
//
//   i = logistic(gate 0), f = logistic(gate 1), g = tanh(gate 2), o = logistic(gate 3)
//   cell = clip(sat(requantize(f * cell) + requantize(i * g)))
//   hidden = zero_point + requantize(o * tanh(cell))
//
// Weights are [units][4 gates][inputs + units]: those of the input, then those of the hidden state. Biases
// are [units][4 gates][2], with the zero points of input and hidden state folded in. `factors` are pairs of
// multiplier and shift: 4 gates * {input, hidden}, then of f * cell, of i * g and of o * tanh(cell).
//
// Cost, modeled Cortex-M4 cycles at -O2: about 11 for each input and unit, and 680 more, a unit and step
// (trained_lstm_int8).
// Registers: those of Isa::dot_s8; of the gates, which are made one by one, five pointers and four results.
#pragma once

#include <stdint.h>

#include "generic/lstm_sequence.hpp"
#include "generic/primitives.hpp"
#include "generic/sigmoid_s16.hpp"

namespace burin_kernels {

// Geometry, besides that of the sequence: output_zero_point; cell_shift, where the cell state is in units of
// 2^(cell_shift - 12); cell_clip, 0 for none; round_once.
template <class Geometry, class Isa>
struct UnidirectionalSequenceLstmS8 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return LstmSequence<Geometry>::accepts() && G::cell_shift >= -14 && G::cell_shift <= 12 &&
           G::cell_clip >= 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* input, const int8_t* weights, const int32_t* bias,
                              const int32_t* factors, const uint16_t* nodes, int8_t* hidden, int16_t* cell,
                              int8_t* output) {
    const Unit unit = {weights, bias, factors, nodes};
    LstmSequence<Geometry>::run(input, hidden, cell, output, unit);
  }

 private:
  typedef SigmoidS16<Isa> Sigmoid;

  static BURIN_ALWAYS_INLINE int32_t scaled(int32_t value, const int32_t* factor) {
    return Isa::requantize(value, factor[0], factor[1], G::round_once != 0);
  }
  static int32_t saturated(int32_t value) { return Isa::clamp(value, INT16_MIN, INT16_MAX); }

  // The argument of tanh for a cell state.
  static int32_t argument(int32_t cell) {
    return G::cell_shift >= 0
               ? cell * (int32_t(3) << (G::cell_shift & 15))
               : (cell * 3 + (int32_t(1) << ((-G::cell_shift - 1) & 15))) >> (-G::cell_shift & 15);
  }

  struct Unit {
    const int8_t* weights;
    const int32_t* bias;
    const int32_t* factors;
    const uint16_t* nodes;

    BURIN_ALWAYS_INLINE int32_t gate(const int8_t* values, const int8_t* previous, int32_t j,
                                     int32_t g) const {
      const int32_t index = j * 4 + g;
      const int8_t* row = weights + index * (G::inputs + G::units);
      const int32_t* factor = factors + g * 4;
      const int32_t from_input = Isa::dot_s8(values, row, G::inputs, bias[index * 2]);
      const int32_t from_hidden = Isa::dot_s8(previous, row + G::inputs, G::units, bias[index * 2 + 1]);
      return 3 *
             saturated(saturated(scaled(from_input, factor)) + saturated(scaled(from_hidden, factor + 2)));
    }

    int8_t operator()(const int8_t* values, const int8_t* previous, int32_t j, int16_t* cell) const {
      const int32_t i = Sigmoid::logistic(nodes, gate(values, previous, j, 0));
      const int32_t f = Sigmoid::logistic(nodes, gate(values, previous, j, 1));
      const int32_t g = Sigmoid::hyperbolic_tangent(nodes, gate(values, previous, j, 2));
      const int32_t o = Sigmoid::logistic(nodes, gate(values, previous, j, 3));
      int32_t state =
          saturated(saturated(scaled(f * *cell, factors + 16)) + saturated(scaled(i * g, factors + 18)));
      if (G::cell_clip > 0) state = Isa::clamp(state, -G::cell_clip, G::cell_clip);
      *cell = static_cast<int16_t>(state);
      const int32_t product = Sigmoid::hyperbolic_tangent(nodes, argument(state)) * o;
      return static_cast<int8_t>(Isa::clamp(
          Isa::wrapping_sum(scaled(product, factors + 20), G::output_zero_point), INT8_MIN, INT8_MAX));
    }
  };
};

}  // namespace burin_kernels
