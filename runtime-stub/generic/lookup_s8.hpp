// Any function of one 8-bit element: a table of its 256 values.
//
//   output[i] = table[input[i]], the input's bits taken as a number from 0 to 255
//
// Cost, modeled Cortex-M4 cycles at -O2: 8 an element.
// Registers: two pointers, an end, the table, an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct LookupS8 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Input, class Output>
  static BURIN_ENTRY void run(const Input* input, const Output* table, Output* output) {
    static_assert(sizeof(Input) == 1, "the table has 256 entries");
    for (int32_t i = 0; i < Geometry::elements; ++i) output[i] = table[static_cast<uint8_t>(input[i])];
  }
};

}  // namespace burin_kernels
