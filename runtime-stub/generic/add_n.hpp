// ADD_N: the sum of any number of tensors of one shape.
//
//   output = sum of inputs
//
// Registers: a pointer for each input, an end, a sum. Cost, modeled Cortex-M4 cycles at -O2: 6 a term and
// element, int8 9.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/shifted_terms.hpp"

namespace burin_kernels {

// Geometry: elements.
template <class Geometry, class Isa>
struct AddNF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class... Inputs>
  static BURIN_ENTRY void run(float* output, const Inputs*... inputs) {
    for (int32_t i = 0; i < Geometry::elements; ++i) output[i] = sum(i, 0.0f, inputs...);
  }

 private:
  static float sum(int32_t, float so_far) { return so_far; }
  template <class... Rest>
  static float sum(int32_t i, float so_far, const float* first, const Rest*... rest) {
    return sum(i, so_far + first[i], rest...);
  }
};

// Geometry, besides that of shifted terms: elements.
template <class Geometry, class Isa>
struct AddNS8 {
  typedef Geometry G;
  typedef ShiftedTerms<Geometry, Isa> Terms;
  static constexpr bool accepts() { return G::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class... Inputs>
  static BURIN_ENTRY void run(int8_t* output, const Inputs*... inputs) {
    for (int32_t i = 0; i < G::elements; ++i) output[i] = Terms::result(sum(i, Terms::term(0), inputs...));
  }

 private:
  static uint32_t sum(int32_t, uint32_t so_far) { return so_far; }
  template <class... Rest>
  static uint32_t sum(int32_t i, uint32_t so_far, const int8_t* first, const Rest*... rest) {
    return sum(i, so_far + Terms::term(first[i]), rest...);
  }
};

}  // namespace burin_kernels
