// L2_NORMALIZATION over the last dimension, float32.
//
//   output[i] = input[i] / max(sqrt(sum of input^2), 1e-6)
//
// Registers: two pointers, an end, and on the FPU a sum and an element. Cost, modeled Cortex-M4 cycles at
// -O2 on the FPU: 32 an element in rows of 16.
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: rows, length.
template <class Geometry, class Isa>
struct L2NormalizationF32 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::rows > 0 && G::length > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output, float least_length) {
    for (int32_t row = 0; row < G::rows; ++row) {
      float square = 0;
      for (int32_t i = 0; i < G::length; ++i) square += input[i] * input[i];
      const float root = sqrtf(square);
      const float norm = root < least_length ? least_length : root;
      for (int32_t i = 0; i < G::length; ++i) output[i] = input[i] / norm;
      input += G::length;
      output += G::length;
    }
  }
};

}  // namespace burin_kernels
