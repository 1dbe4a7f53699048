// SQUARED_DIFFERENCE of int8 or int16, with broadcasting, any primitive layer.
//
//   output = clamp(requantize((left' - right')^2) + output zero point)
//
// where left' and right' are both operands without their zero points, times a power of two, brought to one
// scale.
//
// `quantization` holds the zero points of left, right and output; multiplier and shift of left, of right and
// of the square; and the number of bits that the operands are shifted to the left by first.
//
// Registers: three pointers, an end, two operands, the numbers. Cost, modeled Cortex-M4 cycles at -O2: 40 an
// element.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry, besides that of broadcasting: round_once.
template <class Geometry, class Isa>
struct SquaredDifferenceQuantized {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* left, const Element* right, Element* output,
                              const int32_t* quantization) {
    const Operation<Element> operation = {quantization};
    Broadcast<Geometry>::run(left, right, output, operation);
  }
  template <class Element>
  static BURIN_ENTRY void run(const Element* left, const Element* right, const int32_t* axes, Element* output,
                              const int32_t* quantization) {
    const Operation<Element> operation = {quantization};
    Broadcast<Geometry>::run(left, right, axes, output, operation);
  }

 private:
  static int32_t scaled(int32_t value, const int32_t* factor) {
    return Isa::requantize(value, factor[0], factor[1], Geometry::round_once != 0);
  }

  template <class Element>
  struct Operation {
    const int32_t* quantization;

    Element operator()(Element left, Element right) const {
      const int32_t* const q = quantization;
      const int32_t unit = int32_t(1) << q[9];
      const int32_t difference = scaled((left - q[0]) * unit, q + 3) - scaled((right - q[1]) * unit, q + 5);
      const int32_t lowest = sizeof(Element) == 1 ? -128 : -32768;
      const int32_t result = scaled(difference * difference, q + 7);
      return static_cast<Element>(Isa::clamp(result, lowest - q[2], -1 - lowest - q[2]) + q[2]);
    }
  };
};

}  // namespace burin_kernels
