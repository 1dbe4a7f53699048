// SOFTMAX over the last dimension, 8-bit elements to 8 or 16 bits, any primitive layer.
//
//   output[i] = lowest + round(exp(beta * scale * (input[i] - maximum)) / sum * 2^bits), saturated
//
// in the fixed-point arithmetic of TensorFlow Lite's reference kernels. The exponential depends on the
// difference to the row's maximum only, at most 256 values: `exponentials[d]` is exp(-beta * scale * d) as a
// fraction of 2^31, and zero for d >= Geometry::exponentials. One division a row, by Newton's iteration.
//
// Cost, modeled Cortex-M4 cycles at -O2: 45 an element in a long row, and about 130 a row.
// Registers: two pointers, an end, the table, a maximum, a sum or its reciprocal.
#pragma once

#include <stdint.h>

#include "generic/fixed_point.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct SoftmaxS8 {
  typedef Geometry G;
  // Sums have 12 integer bits.
  static constexpr bool accepts() {
    return G::rows > 0 && G::length > 0 && G::length < 4096 && G::exponentials > 0 && G::exponentials <= 256;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Input, class Output>
  static BURIN_ENTRY void run(const Input* input, const int32_t* exponentials, Output* output) {
    const int32_t bits = 8 * static_cast<int32_t>(sizeof(Output));
    const bool is_signed = static_cast<Output>(-1) < static_cast<Output>(1);
    const int32_t lowest = is_signed ? -(int32_t(1) << (bits - 1)) : 0;
    const int32_t highest = lowest + ((int32_t(1) << bits) - 1);
    for (int32_t row = 0; row < G::rows; ++row) {
      int32_t maximum = input[0];
      for (int32_t i = 1; i < G::length; ++i) maximum = Isa::maximum(maximum, input[i]);
      uint32_t sum = 0;  // in units of 2^-19
      for (int32_t i = 0; i < G::length; ++i)
        sum += (static_cast<uint32_t>(exponential(exponentials, maximum - input[i])) + 2048u) >> 12;
      // sum = 2^(12 - headroom) * (1 + x), 0 <= x < 1: the largest element alone adds 2^19.
      const int32_t headroom = FixedPoint<Isa>::headroom(static_cast<int32_t>(sum));
      const int32_t factor =
          FixedPoint<Isa>::reciprocal_of_one_plus(static_cast<int32_t>((sum << headroom) - 0x80000000u));
      const int32_t shift = 12 - headroom + 31 - bits;
      for (int32_t i = 0; i < G::length; ++i) {
        const int32_t product =
            Isa::doubling_high_multiply(factor, exponential(exponentials, maximum - input[i]));
        const int32_t rounded = shift > 31 ? 0 : Isa::rounding_divide(product, shift);
        output[i] = static_cast<Output>(Isa::minimum(rounded + lowest, highest));
      }
      input += G::length;
      output += G::length;
    }
  }

 private:
  static int32_t exponential(const int32_t* exponentials, int32_t difference) {
    return difference < G::exponentials ? exponentials[difference] : 0;
  }
};

}  // namespace burin_kernels
