// BATCH_MATMUL, float32, int8 and int16: products of matrices. `begins` holds, for each product, the elements
// at which its left and its right matrix begin.
//
//   output[r][c] = sum_k (left[r][k] - left_zero_point) * (right[k][c] - right_zero_point)      then
//   requantized
//
// Registers: two pointers and their steps, an end, a sum, two factors, two zero points. Cost, modeled
// Cortex-M4 cycles at -O2: 11 a multiply-accumulate (32x32x32).
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: matrices, rows, inner, columns; left_transposed, right_transposed.
template <class Geometry>
struct BatchMatmul {
  typedef Geometry G;
  static constexpr bool accepts() { return G::matrices > 0 && G::rows > 0 && G::inner > 0 && G::columns > 0; }

  // Arithmetic: Sum, product(left, right) and finish(sum).
  template <class Element, class Arithmetic>
  static void run(const Element* left, const Element* right, const int32_t* begins, Element* output,
                  const Arithmetic& arithmetic) {
    const int32_t one = 1;
    const int32_t rows = G::rows;
    const int32_t inner = G::inner;
    const int32_t columns = G::columns;
    const int32_t left_row = G::left_transposed != 0 ? one : inner;
    const int32_t left_step = G::left_transposed != 0 ? rows : one;
    const int32_t right_column = G::right_transposed != 0 ? inner : one;
    const int32_t right_step = G::right_transposed != 0 ? one : columns;
    for (int32_t matrix = 0; matrix < G::matrices; ++matrix) {
      const Element* const a = left + begins[2 * matrix];
      const Element* const b = right + begins[2 * matrix + 1];
      for (int32_t row = 0; row < G::rows; ++row) {
        for (int32_t column = 0; column < G::columns; ++column) {
          typename Arithmetic::Sum sum = 0;
          for (int32_t k = 0; k < G::inner; ++k)
            sum += arithmetic.product(a[row * left_row + k * left_step],
                                      b[column * right_column + k * right_step]);
          *output++ = arithmetic.finish(sum);
        }
      }
    }
  }
};

template <class Geometry, class Isa>
struct BatchMatmulF32 {
  static constexpr bool accepts() { return BatchMatmul<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* left, const float* right, const int32_t* begins, float* output) {
    BatchMatmul<Geometry>::run(left, right, begins, output, Arithmetic());
  }

 private:
  struct Arithmetic {
    typedef float Sum;
    static float product(float a, float b) { return a * b; }
    static float finish(float sum) { return sum; }
  };
};

// Sums of 64 bits, times a multiplier of 15 bits, shifted to the right. Zero points are 0.
template <class Geometry, class Isa>
struct BatchMatmulS16 {
  static constexpr bool accepts() { return BatchMatmul<Geometry>::accepts() && Geometry::inner <= 32768; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int16_t* left, const int16_t* right, const int32_t* begins,
                              int16_t* output, int32_t multiplier, int32_t right_shift) {
    const Arithmetic arithmetic = {multiplier, right_shift};
    BatchMatmul<Geometry>::run(left, right, begins, output, arithmetic);
  }

 private:
  struct Arithmetic {
    typedef int64_t Sum;
    int32_t multiplier;
    int32_t right_shift;
    static int32_t product(int32_t a, int32_t b) { return a * b; }
    int16_t finish(int64_t sum) const {
      const int64_t scaled = (sum * multiplier + (int64_t(1) << (right_shift - 1))) >> right_shift;
      return static_cast<int16_t>(Isa::clamp(static_cast<int32_t>(scaled), -32768, 32767));
    }
  };
};

// Geometry, besides: round_once.
template <class Geometry, class Isa>
struct BatchMatmulS8 {
  static constexpr bool accepts() { return BatchMatmul<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, const int32_t* begins, int8_t* output,
                              int32_t left_zero_point, int32_t right_zero_point, int32_t multiplier,
                              int32_t shift, int32_t output_zero_point) {
    const Arithmetic arithmetic = {left_zero_point, right_zero_point, multiplier, shift, output_zero_point};
    BatchMatmul<Geometry>::run(left, right, begins, output, arithmetic);
  }

 private:
  struct Arithmetic {
    typedef int32_t Sum;
    int32_t left_zero;
    int32_t right_zero;
    int32_t multiplier;
    int32_t shift;
    int32_t output_zero;
    int32_t product(int32_t a, int32_t b) const { return (a - left_zero) * (b - right_zero); }
    int8_t finish(int32_t sum) const {
      const int32_t scaled = Isa::requantize(sum, multiplier, shift, Geometry::round_once != 0);
      return static_cast<int8_t>(Isa::clamp(scaled, -128 - output_zero, 127 - output_zero) + output_zero);
    }
  };
};

}  // namespace burin_kernels
