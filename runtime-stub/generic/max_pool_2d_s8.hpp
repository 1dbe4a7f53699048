// MAX_POOL_2D, int8, uint8 or int16, any primitive layer.
//
//   output[y][x][c] = clamp(max input[y'][x'][c])
//
// over the taps of the window that lie inside the image.
//
// Registers: two pointers, the ends of the taps, a maximum, an element. Cost, modeled Cortex-M3 cycles at
// -O2: 5.4 an element read with windows of 2x2, 7.2 with 3x3.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/quantized_pool.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max.
template <class Geometry, class Isa>
struct MaxPool2dS8 {
  typedef Geometry G;
  typedef QuantizedPool<Geometry, MaxPool2dS8> Pool;

  static constexpr bool accepts() { return Pool::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch.
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, Element* output, int32_t row_begin, int32_t row_end) {
    Pool::run(input, output, row_begin, row_end);
  }

  // For Pool. A maximum that starts at the lowest value allowed needs no lower clamp.
  static int32_t start() { return G::activation_min; }
  static int32_t add(int32_t highest, int32_t value) { return Isa::maximum(highest, value); }
  static int32_t result(int32_t highest, int32_t) { return Isa::minimum(highest, G::activation_max); }
};

}  // namespace burin_kernels
