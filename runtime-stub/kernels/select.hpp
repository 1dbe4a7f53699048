// SELECT and SELECT_V2, any element type, with broadcasting. `axes` describe the dimensions, outermost first:
// extent, and the strides of condition, yes and no, in elements.
#pragma once

#include <stdint.h>

namespace burin_kernels {

// Geometry: axes, their number, 1 at least.
template <class Geometry, class Isa>
struct Select {
  typedef Geometry G;
  static constexpr bool accepts() { return G::axes > 0 && G::axes <= 8; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static void run(const uint8_t* condition, const Element* yes, const Element* no, const int32_t* axes,
                  Element* output) {
    int32_t index[G::axes] = {};
    for (;;) {
      *output++ = *condition != 0 ? *yes : *no;
      int32_t axis = G::axes - 1;
      for (; axis >= 0; --axis) {
        const int32_t* const a = axes + 4 * axis;
        condition += a[1];
        yes += a[2];
        no += a[3];
        if (++index[axis] < a[0]) break;
        condition -= a[0] * a[1];
        yes -= a[0] * a[2];
        no -= a[0] * a[3];
        index[axis] = 0;
      }
      if (axis < 0) return;
    }
  }
};

}  // namespace burin_kernels
