// DYNAMIC_UPDATE_SLICE, any element type: a tensor with a part replaced, at a place that is known when the
// model runs. The place is moved where the part would not lie within the tensor.
//
//   output = operand, but output[start + i] = update[i]
//
// `axes` has, for each dimension, the extents of operand and update, and the stride of the operand in bytes.
//
// Registers: four pointers, an offset, a count, around the copy of a run. Cost, modeled Cortex-M4 cycles at
// -O2: 20 a run, and 1 a byte.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: axes, bytes, run_bytes: of the update's last dimension.
template <class Geometry, class Isa>
struct UpdateSlice {
  typedef Geometry G;
  static constexpr bool accepts() { return G::axes > 0 && G::axes <= 8 && G::bytes > 0 && G::run_bytes > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Index>
  static BURIN_ENTRY void run(const void* operand, const void* update, const Index* start,
                              const int32_t* axes, void* output) {
    if (output != operand) Isa::copy(output, operand, G::bytes);
    int32_t offset = 0;
    for (int32_t axis = 0; axis < G::axes; ++axis) {
      const int32_t* const a = axes + 3 * axis;
      const int32_t last = a[0] - a[1];
      const Index first = start[axis];
      offset += a[2] * (first < 0 ? 0 : first < last ? static_cast<int32_t>(first) : last);
    }
    uint8_t* const to = static_cast<uint8_t*>(output) + offset;
    const uint8_t* from = static_cast<const uint8_t*>(update);
    int32_t index[G::axes] = {};
    int32_t place = 0;
    for (;;) {
      Isa::copy(to + place, from, G::run_bytes);
      from += G::run_bytes;
      int32_t axis = G::axes - 2;
      for (; axis >= 0; --axis) {
        const int32_t* const a = axes + 3 * axis;
        place += a[2];
        if (++index[axis] < a[1]) break;
        place -= a[1] * a[2];
        index[axis] = 0;
      }
      if (axis < 0) return;
    }
  }
};

}  // namespace burin_kernels
