// AVERAGE_POOL_2D, int8 or uint8, any primitive layer, with the rounding of real numbers.
//
//   output[y][x][c] = clamp(zero + round(sum (input[y'][x'][c] - zero) / count))
//
// over the `count` taps of the window that lie inside the image; halves go to the even one. With a quotient
// of the sum itself the zero point only says which one that is: it shifts all by whole steps.
//
// Cost, modeled Cortex-M4 cycles at -O2, window 2x2: 6.5 an element read.
// Registers: two pointers, the ends of the taps, a sum, an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/quantized_pool.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max, zero_point_is_odd.
template <class Geometry, class Isa>
struct AveragePool2dS8Even {
  typedef Geometry G;
  typedef QuantizedPool<Geometry, AveragePool2dS8Even> Pool;

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
    int32_t quotient = sum / count;
    int32_t rest = sum - quotient * count;
    if (rest < 0) {
      rest += count;
      --quotient;
    }
    const int32_t odd = (quotient ^ G::zero_point_is_odd) & 1;
    return Isa::clamp(quotient + (2 * rest + odd > count ? 1 : 0), G::activation_min, G::activation_max);
  }
};

}  // namespace burin_kernels
