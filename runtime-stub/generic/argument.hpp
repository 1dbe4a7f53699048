// ARG_MAX and ARG_MIN, any element type: the input is [outer, length, inner].
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: outer, length, inner; greater.
template <class Geometry, class Isa>
struct Argument {
  typedef Geometry G;
  static constexpr bool accepts() { return G::outer > 0 && G::length > 0 && G::inner > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Input, class Output>
  static BURIN_ENTRY void run(const Input* input, Output* output) {
    for (int32_t outer = 0; outer < G::outer; ++outer) {
      for (int32_t inner = 0; inner < G::inner; ++inner) {
        const Input* element = input + inner;
        Input best = *element;
        int32_t index = 0;
        for (int32_t i = 1; i < G::length; ++i) {
          element += G::inner;
          if (G::greater != 0 ? *element > best : *element < best) {
            best = *element;
            index = i;
          }
        }
        *output++ = index;
      }
      input += G::length * G::inner;
    }
  }
};

}  // namespace burin_kernels
