// SELECT and SELECT_V2, any element type, with broadcasting. `axes` describe the dimensions, outermost first:
// extent, and the strides of condition, yes and no, in elements.
//
//   output = condition ? yes : no
//
// Registers: four pointers, three strides, a count. Cost, modeled Cortex-M4 cycles at -O2: 14 an element,
// float32 16.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: axes, their number, 1 at least.
template <class Geometry, class Isa>
struct Select {
  typedef Geometry G;
  static constexpr bool accepts() { return G::axes > 0 && G::axes <= 8; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const uint8_t* condition, const Element* yes, const Element* no,
                              const int32_t* axes, Element* output) {
    const int32_t* const inner = axes + 4 * (G::axes - 1);
    int32_t index[G::axes] = {};
    for (;;) {
      for (int32_t left = inner[0]; left > 0; --left) {
        *output++ = *condition != 0 ? *yes : *no;
        condition += inner[1];
        yes += inner[2];
        no += inner[3];
      }
      int32_t axis = G::axes - 1;
      for (; axis >= 0; --axis) {
        const int32_t* const a = axes + 4 * axis;
        condition -= a[0] * a[1];
        yes -= a[0] * a[2];
        no -= a[0] * a[3];
        if (axis == 0) return;
        condition += a[-3];
        yes += a[-2];
        no += a[-1];
        if (++index[axis - 1] < a[-4]) break;
        index[axis - 1] = 0;
      }
    }
  }
};

}  // namespace burin_kernels
