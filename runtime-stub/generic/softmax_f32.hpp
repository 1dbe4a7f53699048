// SOFTMAX and LOG_SOFTMAX over the last dimension, float32, over the C library.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU, with newlib: 176 an element.
// Registers: two pointers and an end, kept over the calls, and on the FPU maximum and sum.
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// exp(beta * (x - maximum)) over the sum of these.
template <class Geometry, class Isa>
struct SoftmaxF32 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::rows > 0 && G::length > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output, float beta) {
    for (int32_t row = 0; row < G::rows; ++row) {
      float maximum = input[0];
      for (int32_t i = 1; i < G::length; ++i) maximum = input[i] > maximum ? input[i] : maximum;
      float sum = 0;
      for (int32_t i = 0; i < G::length; ++i) {
        output[i] = expf((input[i] - maximum) * beta);
        sum += output[i];
      }
      for (int32_t i = 0; i < G::length; ++i) output[i] /= sum;
      input += G::length;
      output += G::length;
    }
  }
};

// x - maximum - log(sum of exp(x - maximum)).
template <class Geometry, class Isa>
struct LogSoftmaxF32 {
  typedef Geometry G;
  static constexpr bool accepts() { return G::rows > 0 && G::length > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output) {
    for (int32_t row = 0; row < G::rows; ++row) {
      float maximum = input[0];
      for (int32_t i = 1; i < G::length; ++i) maximum = input[i] > maximum ? input[i] : maximum;
      float sum = 0;
      for (int32_t i = 0; i < G::length; ++i) sum += expf(input[i] - maximum);
      const float log_sum = logf(sum);
      for (int32_t i = 0; i < G::length; ++i) output[i] = input[i] - maximum - log_sum;
      input += G::length;
      output += G::length;
    }
  }
};

}  // namespace burin_kernels
