// LOGICAL_NOT: 1 for 0, and 0 for anything else.
//
// Registers: two pointers, an end, an element. Cost, modeled Cortex-M4 cycles at -O2: 9 an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct LogicalNot {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const uint8_t* input, uint8_t* output) {
    for (int32_t i = 0; i < Geometry::elements; ++i) output[i] = input[i] == 0;
  }
};

}  // namespace burin_kernels
