// Activation functions of float32 elements that need arithmetic only.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU: a clamp 15 an element.
// Registers: two pointers, an end, and on the FPU both limits and an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// max(x, 0); an infinity stays, and so does what is not a number.
template <class Geometry, class Isa>
struct ReluF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output) {
    for (int32_t i = 0; i < Geometry::elements; ++i) {
      const float x = input[i];
      output[i] = x < 0.0f ? 0.0f : x;
    }
  }
};

// min(max(x, lowest), highest): RELU6 and its like.
template <class Geometry, class Isa>
struct ClampF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output, float lowest, float highest) {
    for (int32_t i = 0; i < Geometry::elements; ++i) {
      const float x = input[i];
      output[i] = x > highest ? highest : x < lowest ? lowest : x;
    }
  }
};

// x, and slope * x for negative x.
template <class Geometry, class Isa>
struct LeakyReluF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output, float slope) {
    for (int32_t i = 0; i < Geometry::elements; ++i) {
      const float x = input[i];
      output[i] = x > 0 ? x : x * slope;
    }
  }
};

// x * min(max(x + 3, 0), 6) / 6.
template <class Geometry, class Isa>
struct HardSwishF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output) {
    for (int32_t i = 0; i < Geometry::elements; ++i) {
      const float x = input[i];
      const float gate = x + 3.0f;
      output[i] = x * (gate > 6.0f ? 6.0f : gate < 0.0f ? 0.0f : gate) / 6.0f;
    }
  }
};

}  // namespace burin_kernels
