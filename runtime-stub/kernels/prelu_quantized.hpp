// PRELU of int8, with broadcasting, any primitive layer.
//
//   output = saturate(requantize(x, positive) + zero point)            x = input - zero point >= 0
//   output = saturate(requantize(x * slope, negative) + zero point)    x < 0
//
// `quantization` holds, in this order: the zero points of input, slopes and output; multiplier and shift for
// positive numbers, and for products of negative ones.
//
// Registers: three pointers, an end, two pairs of multiplier and shift, three zero points: more than there
// are, so that some are loaded again. Cost, modelled Cortex-M4 cycles at -O2, equal shapes: 22 an element.
#pragma once

#include <stdint.h>

#include "kernels/broadcast.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct PreluQuantized {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static void run(const int8_t* input, const int8_t* slopes, int8_t* output, const int32_t* quantization) {
    const Operation operation = {quantization};
    Broadcast<Geometry>::run(input, slopes, output, operation);
  }
  static void run(const int8_t* input, const int8_t* slopes, const int32_t* axes, int8_t* output,
                  const int32_t* quantization) {
    const Operation operation = {quantization};
    Broadcast<Geometry>::run(input, slopes, axes, output, operation);
  }

 private:
  struct Operation {
    const int32_t* quantization;

    int8_t operator()(int8_t element, int8_t slope) const {
      const int32_t* const q = quantization;
      const int32_t x = element - q[0];
      const int32_t scaled = x >= 0
                                 ? Isa::requantize(x, q[3], q[4], Geometry::round_once != 0)
                                 : Isa::requantize(x * (slope - q[1]), q[5], q[6], Geometry::round_once != 0);
      return static_cast<int8_t>(Isa::clamp(scaled, -128 - q[2], 127 - q[2]) + q[2]);
    }
  };
};

}  // namespace burin_kernels
