// Copies a tensor out of another one that is read by strides: slices and transpositions.
//
//   output[i][j]... = input[begin + i * stride_0 + j * stride_1 ...]
//
// Registers: two pointers, a stride, a count; positions on the outer axes lie on the stack. Cost, modeled
// Cortex-M4 cycles at -O2: 12 an element with a stride; rows that lie together are copied, 1.3 a byte in
// pieces of 64.
#pragma once

#include <stdint.h>
#include <string.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// The output is dense. Its element (i0, i1, …, k), k < run_bytes, is the input's byte offset + i0 * stride0 +
// i1 * stride1 + … + k. `axes` are pairs of extent and stride, outermost first; Geometry: axes, their number;
// offset; run_bytes. In place where no byte is read from in front of where it is written.
template <class Geometry, class Isa>
struct StridedCopy {
  typedef Geometry G;
  static constexpr bool accepts() { return G::axes >= 0 && G::axes <= 8 && G::run_bytes > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const void* input, void* output) {
    move(output, static_cast<const uint8_t*>(input) + G::offset);
  }

  static BURIN_ENTRY void run(const void* input, const int32_t* axes, void* output) {
    const uint8_t* from = static_cast<const uint8_t*>(input) + G::offset;
    uint8_t* to = static_cast<uint8_t*>(output);
    int32_t index[G::axes > 0 ? static_cast<int32_t>(G::axes) : 1] = {};
    for (;;) {
      move(to, from);
      to += G::run_bytes;
      int32_t axis = G::axes - 1;
      for (; axis >= 0; --axis) {
        from += axes[2 * axis + 1];
        if (++index[axis] < axes[2 * axis]) break;
        from -= axes[2 * axis + 1] * axes[2 * axis];
        index[axis] = 0;
      }
      if (axis < 0) return;
    }
  }

 private:
  // A run that compilers copy in registers, or a long one.
  static void move(void* to, const void* from) {
    if (G::run_bytes <= 8) {
      memmove(to, from, static_cast<size_t>(G::run_bytes));
    } else {
      Isa::copy(to, from, G::run_bytes);
    }
  }
};

}  // namespace burin_kernels
