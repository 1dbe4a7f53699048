// ABS on quantized numbers of any width, any primitive layer.
//
//   output = clamp(requantize(|input - input_zero_point|) + output_zero_point)
//
// Registers: two pointers, an end, multiplier and shift, two zero points. Cost, modeled Cortex-M4 cycles at
// -O2: 12 an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: elements, input_zero_point, output_zero_point, multiplier, shift, activation_min, activation_max,
// round_once.
template <class Geometry, class Isa>
struct AbsQuantized {
  typedef Geometry G;
  static constexpr bool accepts() { return G::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, Element* output) {
    for (int32_t i = 0; i < G::elements; ++i) {
      const int32_t x = input[i] - G::input_zero_point;
      const int32_t scaled = Isa::requantize(x < 0 ? -x : x, G::multiplier, G::shift, G::round_once != 0);
      output[i] = static_cast<Element>(Isa::clamp(scaled, G::activation_min - G::output_zero_point,
                                                  G::activation_max - G::output_zero_point) +
                                       G::output_zero_point);
    }
  }
};

}  // namespace burin_kernels
