// MEAN over neighboring axes before the last kept one, int8, on cores with the DSP extension.
//
// The input is [kept_0][reduced_0][reduced_1][kept_2], the output [kept_0][kept_2]:
//
//   output = clamp(output_zero_point + requantize(sum of the elements - input_zero_point * their number))
//
//   stream:  | M | C | A A |  words, see arm_dsp/pool.hpp
//
// Cost, modeled Cortex-M4 cycles: 45 for each four outputs and 1.5 an element.
// Registers: see arm_dsp/pool.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/pool.hpp"

namespace burin_kernels {

// Geometry: as that of MeanS8.
template <class Geometry, class Isa>
struct MeanS8Dsp {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::kept_0 > 0 && G::reduced_0 > 0 && G::kept_1 == 1 && G::reduced_1 > 0 && G::kept_2 >= 4 &&
           G::reduced_0 <= 256 / G::reduced_1;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

#ifndef BURIN_HOST
  static BURIN_ENTRY void run(const int8_t* input, const uint32_t* stream, int8_t* output) {
    ArmDspWindow window;
    window.input = input;
    window.output = output;
    window.columns = G::reduced_0 * G::reduced_1;
    window.rows = 1;
    window.channels = G::kept_2;
    window.next_row = 0;
    window.end = input;
    window.ring_bytes = 0;
    window.factor = static_cast<int32_t>(stream[0]);
    window.offset = static_cast<int32_t>(stream[1]);
    window.adjustment = static_cast<int32_t>(stream[2]);
    window.windows = G::kept_0;
    window.next_window = (G::reduced_0 * G::reduced_1 - 1) * G::kept_2;
    ArmDspPool::mean(&window);
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
