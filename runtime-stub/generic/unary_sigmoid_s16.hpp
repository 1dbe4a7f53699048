// LOGISTIC and TANH of int16 elements, any primitive layer.
//
//   output = function((input * multiplier + half) >> shift), the argument in units of 1/12288
//
// Registers: two pointers, an end, multiplier, half and shift, the table of nodes, an argument. Cost,
// modeled Cortex-M4 cycles at -O2: 24 an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/sigmoid_s16.hpp"

namespace burin_kernels {

template <class Geometry>
struct SigmoidArgument {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }
  static int32_t of(int32_t x, int32_t multiplier, int32_t shift) {
    const int32_t half = shift > 0 ? int32_t(1) << (shift - 1) : 0;
    return (x * multiplier + half) >> shift;
  }
};

template <class Geometry, class Isa>
struct LogisticS16 : SigmoidArgument<Geometry> {
  static BURIN_ENTRY void run(const int16_t* input, const uint16_t* nodes, int16_t* output,
                              int32_t multiplier, int32_t shift) {
    for (int32_t i = 0; i < Geometry::elements; ++i)
      output[i] = static_cast<int16_t>(
          SigmoidS16<Isa>::logistic(nodes, SigmoidArgument<Geometry>::of(input[i], multiplier, shift)));
  }
};

template <class Geometry, class Isa>
struct TanhS16 : SigmoidArgument<Geometry> {
  static BURIN_ENTRY void run(const int16_t* input, const uint16_t* nodes, int16_t* output,
                              int32_t multiplier, int32_t shift) {
    for (int32_t i = 0; i < Geometry::elements; ++i)
      output[i] = static_cast<int16_t>(SigmoidS16<Isa>::hyperbolic_tangent(
          nodes, SigmoidArgument<Geometry>::of(input[i], multiplier, shift)));
  }
};

}  // namespace burin_kernels
