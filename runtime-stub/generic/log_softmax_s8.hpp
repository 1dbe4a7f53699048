// LOG_SOFTMAX over the last dimension, int8, any primitive layer.
//
//   output[i] = round(16 * (scale * (input[i] - maximum) - log(sum of exp(scale * (input - maximum))))) + 127
//
// in the fixed-point arithmetic of TensorFlow Lite's reference kernel. `exponentials[d]` is exp(-scale * d)
// as a fraction of 2^31, and zero for d >= Geometry::exponentials. `quantization` holds, in this order:
// multiplier and shift that take a difference to units of 2^-26, those that take it back, and the lowest
// difference that counts, negative.
//
// Registers: two pointers, an end, the table, a maximum, a sum. Cost, modeled Cortex-M4 cycles at -O2: 78 an
// element in rows of 16, 60 in rows of 64.
#pragma once

#include <stdint.h>

#include "generic/fixed_point.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct LogSoftmaxS8 {
  typedef Geometry G;
  // Sums have 12 integer bits.
  static constexpr bool accepts() {
    return G::rows > 0 && G::length > 0 && G::length < 4096 && G::exponentials > 0 && G::exponentials <= 256;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* input, const int32_t* exponentials, const int32_t* quantization,
                              int8_t* output) {
    for (int32_t row = 0; row < G::rows; ++row) {
      int32_t maximum = input[0];
      for (int32_t i = 1; i < G::length; ++i) maximum = Isa::maximum(maximum, input[i]);
      uint32_t sum = 0;
      for (int32_t i = 0; i < G::length; ++i) {
        const int32_t difference = maximum - input[i];
        if (difference < G::exponentials)
          sum += (static_cast<uint32_t>(exponentials[difference]) + 2048u) >> 12;
      }
      const int32_t log_sum = FixedPoint<Isa>::log(static_cast<int32_t>(sum));
      // Below this difference the output's 32 bits would overflow.
      const int32_t lowest = Isa::maximum(quantization[4] - 1, scale(INT32_MIN + log_sum, quantization + 2));
      for (int32_t i = 0; i < G::length; ++i) {
        const int32_t difference = input[i] - maximum;
        const int32_t logarithm =
            difference > lowest ? Isa::rounding_divide(scale(difference, quantization) - log_sum, 22) + 127
                                : -128;
        output[i] = static_cast<int8_t>(Isa::clamp(logarithm, -128, 127));
      }
      input += G::length;
      output += G::length;
    }
  }

 private:
  static int32_t scale(int32_t value, const int32_t* factor) {
    return Isa::requantize(value, factor[0], factor[1], G::round_once != 0);
  }
};

}  // namespace burin_kernels
