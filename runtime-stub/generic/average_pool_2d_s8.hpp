// AVERAGE_POOL_2D, int8, uint8 or int16, any primitive layer.
//
//   output[y][x][c] = clamp(round(sum input[y'][x'][c] / count))
//
// over the `count` taps of the window that lie inside the image; halves are rounded away from zero.
//
// Cost, modeled Cortex-M4 cycles at -O2, window 2x2: 5.5 an element read.
// Registers: two pointers, the ends of the taps, a sum, an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/quantized_pool.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max.
template <class Geometry, class Isa>
struct AveragePool2dS8 {
  typedef Geometry G;
  typedef QuantizedPool<Geometry, AveragePool2dS8> Pool;

  static constexpr bool accepts() { return Pool::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch.
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, Element* output, int32_t row_begin, int32_t row_end) {
    Pool::run(input, output, row_begin, row_end);
  }

  // For Pool.
  static int32_t start() { return 0; }
  static int32_t add(int32_t sum, int32_t value) { return sum + value; }
  static int32_t result(int32_t sum, int32_t count) {
    const int32_t half = count / 2;
    const int32_t mean = (sum > 0 ? sum + half : sum - half) / count;
    return Isa::clamp(mean, G::activation_min, G::activation_max);
  }
};

}  // namespace burin_kernels
