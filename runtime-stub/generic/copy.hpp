// Copies a tensor: RESHAPE and its like, where the memory plan could not let both names share the bytes.
//
// Registers and cost are those of Isa::copy: 12 modeled Cortex-M4 cycles for 16 bytes.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct Copy {
  static constexpr bool accepts() { return Geometry::bytes >= 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const void* input, void* output) {
    if (output != input) Isa::copy(output, input, Geometry::bytes);
  }
};

}  // namespace burin_kernels
