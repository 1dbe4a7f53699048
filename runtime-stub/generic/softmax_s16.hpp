// SOFTMAX over the last dimension, int16 to int16, any primitive layer.
//
//   output[i] = exp(beta * scale * (input[i] - maximum)) / sum * 2^15, saturated
//
// with exponential and reciprocal interpolated in `exponentials` and `reciprocals`, tables of 513 values.
//
// Registers: two pointers, an end, a table, a maximum, a sum or its reciprocal. Cost, modeled Cortex-M4
// cycles at -O2: 50 an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: rows, length, multiplier, shift, round_once.
template <class Geometry, class Isa>
struct SoftmaxS16 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::rows > 0 && G::length > 0 && G::length < 65536; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int16_t* input, const int16_t* exponentials, const int16_t* reciprocals,
                              int16_t* output) {
    for (int32_t row = 0; row < G::rows; ++row) {
      int32_t maximum = input[0];
      for (int32_t i = 1; i < G::length; ++i) maximum = Isa::maximum(maximum, input[i]);
      int32_t sum = 0;
      for (int32_t i = 0; i < G::length; ++i) {
        const int32_t difference =
            Isa::requantize(input[i] - maximum, G::multiplier, G::shift, G::round_once != 0);
        const int32_t exponential = interpolated(exponentials, Isa::clamp(difference, -65535, 0) + 32767);
        output[i] = static_cast<int16_t>(exponential);
        sum += exponential;
      }
      // Leading zeros of the sum, which is 2^14 at least.
      int32_t shift = 14;
      while (sum >> shift > 1) ++shift;
      const int32_t zeros = 31 - shift;
      const int32_t shifted =
          static_cast<int32_t>(((static_cast<int64_t>(sum) << (zeros - 1)) + (1 << 13)) >> 14);
      const int32_t reciprocal = interpolated(reciprocals, Isa::clamp(shifted - 98304, -32768, 32767));
      const int32_t half = int32_t(1) << (shift - 1);
      for (int32_t i = 0; i < G::length; ++i) {
        // Both factors are below 2^15.
        const int32_t scaled = (output[i] * reciprocal + half) >> shift;
        output[i] = static_cast<int16_t>(Isa::clamp(scaled, 0, 32767));
      }
      input += G::length;
      output += G::length;
    }
  }

 private:
  static int32_t interpolated(const int16_t* table, int32_t x) {
    const int16_t* const base = table + 256 + (x >> 7);
    return base[0] + (((base[1] - base[0]) * (x & 127) + 64) >> 7);
  }
};

}  // namespace burin_kernels
