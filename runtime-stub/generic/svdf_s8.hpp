// SVDF, int8 with an int8 or int16 state, any primitive layer.
//
// Each of filters = units * rank filters keeps what it made of the last `memory` inputs, the latest last:
//
//   state[filter][memory - 1] = state_zero_point + sat(requantize(feature_bias[filter] + input ·
//   feature[filter])) output[unit] = sat(output_zero_point + requantize(bias[unit] + sum of time[filter] ·
//   (state[filter] - zero)))
//
// over the filters of the unit, which are neighbors. `feature_bias` is the input's zero point folded in, and
// `bias` has the state's folded in. `factors` are multiplier and shift of the two steps. Sums over time wrap,
// as the reference's do.
//
// Registers: those of Isa::dot_s8; around it four pointers and two counts. Cost, modeled Cortex-M4 cycles at
// -O2: 5 a product, features and time together (64 filters of rank 2, 64 inputs, memory 10).
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: batches, inputs, units, rank, memory, state_zero_point, output_zero_point, round_once.
template <class Geometry, class Isa>
struct SvdfS8 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::inputs > 0 && G::units > 0 && G::rank > 0 && G::memory > 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class State>
  static BURIN_ENTRY void run(const int8_t* input, const int8_t* feature, const int32_t* feature_bias,
                              const State* time, const int32_t* bias, const int32_t* factors, State* state,
                              int8_t* output) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t unit = 0; unit < G::units; ++unit) {
        uint32_t sum = static_cast<uint32_t>(bias[unit]);
        for (int32_t r = 0; r < G::rank; ++r) {
          const int32_t filter = unit * G::rank + r;
          Isa::copy(state, state + 1, static_cast<int32_t>(sizeof(State)) * (G::memory - 1));
          state[G::memory - 1] = latest<State>(
              Isa::dot_s8(input, feature + filter * G::inputs, G::inputs, feature_bias[filter]), factors);
          const State* weights = time + filter * G::memory;
          for (int32_t i = 0; i < G::memory; ++i)
            sum += static_cast<uint32_t>(static_cast<int32_t>(weights[i]) * state[i]);
          state += G::memory;
        }
        const int32_t scaled =
            Isa::requantize(static_cast<int32_t>(sum), factors[2], factors[3], G::round_once != 0);
        *output++ = static_cast<int8_t>(
            Isa::clamp(Isa::wrapping_sum(scaled, G::output_zero_point), INT8_MIN, INT8_MAX));
      }
      input += G::inputs;
    }
  }

 private:
  template <class State>
  static State latest(int32_t sum, const int32_t* factors) {
    const int32_t highest = (int32_t(1) << (8 * sizeof(State) - 1)) - 1;
    const int32_t scaled = Isa::requantize(sum, factors[0], factors[1], G::round_once != 0);
    return static_cast<State>(Isa::clamp(scaled, -highest - 1, highest) + G::state_zero_point);
  }
};

}  // namespace burin_kernels
