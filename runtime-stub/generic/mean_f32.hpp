// MEAN, float32, any primitive layer.
//
// The input is [kept_0][reduced_0][kept_1][reduced_1][kept_2], the output [kept_0][kept_1][kept_2].
//
//   output[kept] = sum over the reduced axes / their number
//
// Registers: a pointer, its stride, a count, a sum. Cost, modeled Cortex-M4 cycles at -O2 on the FPU: 8 an
// element read.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: kept_0, reduced_0, kept_1, reduced_1, kept_2.
template <class Geometry, class Isa>
struct MeanF32 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::kept_0 > 0 && G::reduced_0 > 0 && G::kept_1 > 0 && G::reduced_1 > 0 && G::kept_2 > 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output) {
    for (int32_t a = 0; a < G::kept_0; ++a) {
      for (int32_t b = 0; b < G::kept_1; ++b)
        for (int32_t c = 0; c < G::kept_2; ++c)
          *output++ = sum_of(input + b * G::reduced_1 * G::kept_2 + c) / static_cast<float>(count());
      input += G::reduced_0 * G::kept_1 * G::reduced_1 * G::kept_2;
    }
  }

 private:
  static constexpr int32_t count() { return G::reduced_0 * G::reduced_1; }

  static float sum_of(const float* first) {
    float sum = 0.0f;
    for (int32_t i = 0; i < G::reduced_0; ++i) {
      const float* values = first;
      for (int32_t j = 0; j < G::reduced_1; ++j) {
        sum += *values;
        values += G::kept_2;
      }
      first += G::kept_1 * G::reduced_1 * G::kept_2;
    }
    return sum;
  }
};

}  // namespace burin_kernels
