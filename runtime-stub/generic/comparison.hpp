// Relations of two tensors of any element type, with broadcasting: 1 where they hold, else 0.
//
//   output = left o right ? 1 : 0
//
// Registers: three pointers, an end, two operands. Cost, modeled Cortex-M4 cycles at -O2, equal shapes: 12
// an element, float32 14.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry, besides that of broadcasting: relation, 0 equal, 1 not equal, 2 greater, 3 greater or equal, 4
// less, 5 less or equal, 6 both are true, 7 one or both are.
template <class Geometry, class Isa>
struct Compare {
  static constexpr bool accepts() {
    return Broadcast<Geometry>::accepts() && Geometry::relation >= 0 && Geometry::relation <= 7;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* left, const Element* right, uint8_t* output) {
    Broadcast<Geometry>::run(left, right, output, Operation());
  }
  template <class Element>
  static BURIN_ENTRY void run(const Element* left, const Element* right, const int32_t* axes,
                              uint8_t* output) {
    Broadcast<Geometry>::run(left, right, axes, output, Operation());
  }

 private:
  struct Operation {
    template <class Element>
    uint8_t operator()(Element left, Element right) const {
      // What is not a number is unequal to everything, and neither greater nor less.
      switch (static_cast<int32_t>(Geometry::relation)) {
        case 0:
          return left <= right && left >= right;
        case 1:
          return !(left <= right && left >= right);
        case 2:
          return left > right;
        case 3:
          return left >= right;
        case 4:
          return left < right;
        case 5:
          return left <= right;
        case 6:
          return is_true(left) && is_true(right);
        default:
          return is_true(left) || is_true(right);
      }
    }
    template <class Element>
    static bool is_true(Element x) {
      return x < static_cast<Element>(0) || x > static_cast<Element>(0);
    }
  };
};

}  // namespace burin_kernels
