// int8 sums of any number of terms, each times 2^19, which are requantized once. A sum starts with the term
// of 0, at minus the input's zero point, as the reference's does.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: input_zero_point, output_zero_point, multiplier, shift, round_once.
template <class Geometry, class Isa>
struct ShiftedTerms {
  typedef Geometry G;

  static uint32_t term(int32_t element) {
    return static_cast<uint32_t>((element - G::input_zero_point) * 524288);
  }
  static int8_t result(uint32_t sum) {
    const int32_t scaled =
        Isa::requantize(static_cast<int32_t>(sum), G::multiplier, G::shift, G::round_once != 0);
    return static_cast<int8_t>(Isa::clamp(scaled, -128 - G::output_zero_point, 127 - G::output_zero_point) +
                               G::output_zero_point);
  }
};

}  // namespace burin_kernels
