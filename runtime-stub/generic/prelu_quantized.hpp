// PRELU of int8, with broadcasting, any primitive layer.
//
//   output = saturate(requantize(x, positive) + zero point)            x = input - zero point >= 0
//   output = saturate(requantize(x * slope, negative) + zero point)    x < 0
//
// `quantization` holds, in this order: the zero points of input, slopes and output; multiplier and shift for
// positive numbers, and for products of negative ones.
//
// Registers: three pointers, an end, two pairs of multiplier and shift, three zero points: more than there
// are, so that some are loaded again. Cost, modeled Cortex-M4 cycles at -O2, equal shapes: 22 an element.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct PreluQuantized {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int8_t* slopes, Element* output,
                              const int32_t* quantization) {
    const Operation<Element> operation = {quantization};
    Broadcast<Geometry>::run(input, slopes, output, operation);
  }
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int8_t* slopes, const int32_t* axes,
                              Element* output, const int32_t* quantization) {
    const Operation<Element> operation = {quantization};
    Broadcast<Geometry>::run(input, slopes, axes, output, operation);
  }

 private:
  template <class Element>
  struct Operation {
    const int32_t* quantization;

    Element operator()(Element element, int8_t slope) const {
      const int32_t* const q = quantization;
      const int32_t x = element - q[0];
      const int32_t scaled = x >= 0
                                 ? Isa::requantize(x, q[3], q[4], Geometry::round_once != 0)
                                 : Isa::requantize(x * (slope - q[1]), q[5], q[6], Geometry::round_once != 0);
      const int32_t lowest = sizeof(Element) == 1 ? -128 : -32768;
      return static_cast<Element>(Isa::clamp(scaled, lowest - q[2], -1 - lowest - q[2]) + q[2]);
    }
  };
};

}  // namespace burin_kernels
