// L2_NORMALIZATION over the last dimension, int8, any primitive layer.
//
//   output[i] = clamp(2^7 * (input[i] - input_zero_point) / sqrt(sum of (input - input_zero_point)^2))
//
// with the reciprocal of the square root in fixed point, by five steps of Newton's iteration.
//
// Registers: a pointer each, an end, a sum or multiplier and shift. Cost, modeled Cortex-M4 cycles at -O2:
// 20 an element, and 150 a row.
#pragma once

#include <stdint.h>

#include "generic/fixed_point.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: rows, length, input_zero_point, round_once.
template <class Geometry, class Isa>
struct L2NormalizationS8 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::rows > 0 && G::length > 0 && G::length <= 32768; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* input, int8_t* output) {
    for (int32_t row = 0; row < G::rows; ++row) {
      int32_t square = 0;
      for (int32_t i = 0; i < G::length; ++i) {
        const int32_t x = input[i] - G::input_zero_point;
        square += x * x;
      }
      int32_t multiplier = INT32_MAX;
      const int32_t shift = inverse_square_root(square, multiplier) + 7;
      for (int32_t i = 0; i < G::length; ++i) {
        const int32_t x = input[i] - G::input_zero_point;
        output[i] = static_cast<int8_t>(
            Isa::clamp(Isa::requantize(x, multiplier, shift, G::round_once != 0), -128, 127));
      }
      input += G::length;
      output += G::length;
    }
  }

 private:
  static int32_t product(int32_t a, int32_t b) { return Isa::doubling_high_multiply(a, b); }

  static int32_t shift_left(int32_t x, int32_t bits) {
    return static_cast<int32_t>(static_cast<uint32_t>(x) << bits);
  }

  // 1 / sqrt(x) = multiplier * 2^(shift - 31); the shift is returned. Of 0 and 1 the multiplier stays as it
  // is.
  static int32_t inverse_square_root(int32_t x, int32_t& multiplier) {
    if (x <= 1) return 0;
    int32_t shift = -11;
    for (; x >= (int32_t(1) << 29); x /= 4) --shift;
    for (; x < (int32_t(1) << 27); x *= 4) ++shift;
    const int32_t half = Isa::rounding_divide(x >> 1, 1);
    int32_t y = int32_t(1) << 28;  // 1, with three integer bits
    for (int32_t step = 0; step < 5; ++step) {
      const int32_t cube = shift_left(product(product(y, y), y), 6);
      y = shift_left(product(402653184, y) - product(half, cube), 3);
    }
    multiplier = product(y, 1518500250);
    if (shift <= 0) return shift;
    multiplier = shift_left(multiplier, shift);
    return 0;
  }
};

}  // namespace burin_kernels
