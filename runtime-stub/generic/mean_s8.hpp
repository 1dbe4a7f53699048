// MEAN, int8 or int16, any primitive layer.
//
// The input is [kept_0][reduced_0][kept_1][reduced_1][kept_2], the output [kept_0][kept_1][kept_2]:
//
//   output = clamp(output_zero_point + requantize(sum of the elements - input_zero_point * their number))
//
// with the division by their number in the multiplier.
//
// Registers: a pointer, its stride, a count, a sum. Cost, modeled Cortex-M4 cycles at -O2: 8 an element
// read.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: kept_0, reduced_0, kept_1, reduced_1, kept_2, multiplier, shift, input_zero_point,
// output_zero_point, activation_min, activation_max, round_once.
template <class Geometry, class Isa>
struct MeanS8 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::kept_0 > 0 && G::reduced_0 > 0 && G::kept_1 > 0 && G::reduced_1 > 0 && G::kept_2 > 0 &&
           G::reduced_0 <= most() / G::reduced_1;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, Element* output) {
    for (int32_t a = 0; a < G::kept_0; ++a) {
      for (int32_t b = 0; b < G::kept_1; ++b) {
        for (int32_t c = 0; c < G::kept_2; ++c) {
          const int32_t sum = sum_of(input + b * G::reduced_1 * G::kept_2 + c);
          const int32_t scaled = Isa::requantize(sum, G::multiplier, G::shift, G::round_once != 0);
          *output++ = static_cast<Element>(Isa::clamp(Isa::wrapping_sum(scaled, G::output_zero_point),
                                                      G::activation_min, G::activation_max));
        }
      }
      input += G::reduced_0 * G::kept_1 * G::reduced_1 * G::kept_2;
    }
  }

 private:
  // Elements whose sum, less their zero points, fits 32 bits.
  static constexpr int32_t most() { return INT32_MAX / (G::activation_max - G::activation_min + 1); }

  template <class Element>
  static int32_t sum_of(const Element* first) {
    int32_t sum = -G::input_zero_point * G::reduced_0 * G::reduced_1;
    for (int32_t i = 0; i < G::reduced_0; ++i) {
      const Element* values = first;
      for (int32_t j = 0; j < G::reduced_1; ++j) {
        sum += *values;
        values += G::kept_2;
      }
      first += G::kept_1 * G::reduced_1 * G::kept_2;
    }
    return sum;
  }
};

}  // namespace burin_kernels
