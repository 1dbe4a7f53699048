// MUL of int8 tensors, any primitive layer, with broadcasting, where one product and one shift are proved
// exact.
//
//   output = clamp((offset + floor(p * factor / 2^20)) >> shift)     p = (left - zero point) * (right - zero
//   point)
//
// The reference rounds a 64-bit product twice. As a function of p, which has at most 65,026 values in a row,
// it is a staircase, and the compiler looks for a factor and an offset that give every step of it; the offset
// holds the zero point of the output and the rounding. Where there are none, this kernel is not used.
//
// Cost, modeled Cortex-M4 cycles at -O2, equal shapes: 22 an element; as many on Cortex-M3, 37 on
// Cortex-M0+.
// Registers: three pointers, an end, two zero points, factor, offset, shift and both limits.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct MultiplyS8Proved {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, int8_t* output,
                              int32_t left_zero_point, int32_t right_zero_point, int32_t factor,
                              int32_t offset, int32_t shift, int32_t lowest, int32_t highest) {
    const Product product = {left_zero_point, right_zero_point, factor, offset, shift, lowest, highest};
    Broadcast<Geometry>::run(left, right, output, product);
  }
  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, const int32_t* axes, int8_t* output,
                              int32_t left_zero_point, int32_t right_zero_point, int32_t factor,
                              int32_t offset, int32_t shift, int32_t lowest, int32_t highest) {
    const Product product = {left_zero_point, right_zero_point, factor, offset, shift, lowest, highest};
    Broadcast<Geometry>::run(left, right, axes, output, product);
  }

 private:
  struct Product {
    int32_t left_zero_point;
    int32_t right_zero_point;
    int32_t factor;
    int32_t offset;
    int32_t shift;
    int32_t lowest;
    int32_t highest;

    int8_t operator()(int8_t left, int8_t right) const {
      const int32_t product = (left - left_zero_point) * (right - right_zero_point);
      const int32_t scaled = (offset + Isa::multiply_shift_20(product, factor)) >> shift;
      return static_cast<int8_t>(Isa::clamp(scaled, lowest, highest));
    }
  };
};

}  // namespace burin_kernels
