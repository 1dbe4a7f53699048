// ADD_N: the sum of any number of tensors of one shape.
//
//   output = sum of inputs
//
// Registers: a pointer for each input, an end, a sum. Cost, modelled Cortex-M4 cycles at -O2: 6 a term and
// element, int8 9.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"

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

// Geometry, besides: input_zero_point, output_zero_point, multiplier, shift, round_once. Terms are times
// 2^19, and the sum starts at minus the inputs' zero point, as the reference's does.
template <class Geometry, class Isa>
struct AddNS8 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class... Inputs>
  static BURIN_ENTRY void run(int8_t* output, const Inputs*... inputs) {
    for (int32_t i = 0; i < G::elements; ++i) {
      const int32_t scaled = Isa::requantize(static_cast<int32_t>(sum(i, term(0), inputs...)), G::multiplier,
                                             G::shift, G::round_once != 0);
      output[i] = static_cast<int8_t>(
          Isa::clamp(scaled, -128 - G::output_zero_point, 127 - G::output_zero_point) + G::output_zero_point);
    }
  }

 private:
  static uint32_t term(int32_t element) {
    return static_cast<uint32_t>((element - G::input_zero_point) * 524288);
  }
  static uint32_t sum(int32_t, uint32_t so_far) { return so_far; }
  template <class... Rest>
  static uint32_t sum(int32_t i, uint32_t so_far, const int8_t* first, const Rest*... rest) {
    return sum(i, so_far + term(first[i]), rest...);
  }
};

}  // namespace burin_kernels
