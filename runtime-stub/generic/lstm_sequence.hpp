// What the kernels of UNIDIRECTIONAL_SEQUENCE_LSTM share: the walk over the sequences.
#pragma once

#include <stdint.h>
#include <string.h>

namespace burin_kernels {

// Geometry: batches, steps, inputs, units, time_major. The hidden state of a step is its output, so that the
// next step reads it there; only the first finds it in `hidden`, which the last leaves for the next call.
template <class Geometry>
struct LstmSequence {
  typedef Geometry G;

  static constexpr bool accepts() { return G::batches > 0 && G::steps > 0 && G::inputs > 0 && G::units > 0; }

  // unit(values, previous, j, cell) computes the output of unit j from the input and the previous hidden
  // state and updates its cell.
  template <class Activation, class Cell, class Unit>
  static void run(const Activation* input, Activation* hidden, Cell* cell, Activation* output,
                  const Unit& unit) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      const Activation* previous = hidden + batch * G::units;
      for (int32_t step = 0; step < G::steps; ++step) {
        const int32_t position = G::time_major ? step * G::batches + batch : batch * G::steps + step;
        const Activation* values = input + position * G::inputs;
        Activation* result = output + position * G::units;
        for (int32_t j = 0; j < G::units; ++j)
          result[j] = unit(values, previous, j, cell + batch * G::units + j);
        previous = result;
      }
      memcpy(hidden + batch * G::units, previous, sizeof(Activation) * static_cast<uint32_t>(G::units));
    }
  }
};

}  // namespace burin_kernels
