// CUMSUM: each element is the sum of those before it along an axis, with or without itself.
//
//   output[o][d][i] = sum of input[o][e][i] over e <= d, or e < d, or from the other end
//
// Registers: two pointers, a step, a count, a sum. Cost, modeled Cortex-M4 cycles at -O2: 12 an element,
// int8 30.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/shifted_terms.hpp"

namespace burin_kernels {

// What is added up: reals, or integers that wrap.
template <class Element>
struct CumulativeNumber {
  typedef uint32_t Type;
};
template <>
struct CumulativeNumber<float> {
  typedef float Type;
};

// Geometry: outer, depth, inner, exclusive, reverse.
template <class Geometry, class Isa>
struct CumulativeSum {
  typedef Geometry G;
  static constexpr bool accepts() { return G::outer > 0 && G::depth > 0 && G::inner > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, Element* output) {
    typedef typename CumulativeNumber<Element>::Type Number;
    for (int32_t outer = 0; outer < G::outer; ++outer) {
      for (int32_t inner = 0; inner < G::inner; ++inner) {
        Number sum = 0;
        for (int32_t i = 0; i < G::depth; ++i) {
          const int32_t place = inner + (G::reverse != 0 ? G::depth - 1 - i : i) * G::inner;
          const Number own = static_cast<Number>(input[place]);
          if (G::exclusive == 0) sum += own;
          output[place] = static_cast<Element>(sum);
          if (G::exclusive != 0) sum += own;
        }
      }
      input += G::depth * G::inner;
      output += G::depth * G::inner;
    }
  }
};

// Geometry, besides that of shifted terms: as above.
template <class Geometry, class Isa>
struct CumulativeSumS8 {
  typedef Geometry G;
  typedef ShiftedTerms<Geometry, Isa> Terms;
  static constexpr bool accepts() { return G::outer > 0 && G::depth > 0 && G::inner > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* input, int8_t* output) {
    for (int32_t outer = 0; outer < G::outer; ++outer) {
      for (int32_t inner = 0; inner < G::inner; ++inner) {
        uint32_t sum = Terms::term(0);
        for (int32_t i = 0; i < G::depth; ++i) {
          const int32_t place = inner + (G::reverse != 0 ? G::depth - 1 - i : i) * G::inner;
          const uint32_t own = Terms::term(input[place]);
          if (G::exclusive == 0) sum += own;
          output[place] = Terms::result(sum);
          if (G::exclusive != 0) sum += own;
        }
      }
      input += G::depth * G::inner;
      output += G::depth * G::inner;
    }
  }
};

}  // namespace burin_kernels
