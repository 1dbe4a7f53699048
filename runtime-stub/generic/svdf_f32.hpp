// SVDF, float32.
//
// Each of filters = units * rank filters keeps what it made of the last `memory` inputs, the latest last:
//
//   state[filter][memory - 1] = input · feature[filter]
//   output[unit] = clamp(bias[unit] + sum of time[filter] · state[filter])
//
// over the filters of the unit, which are neighbors.
//
// Registers: three pointers, an end, and on the FPU a sum and two factors. Cost, modeled Cortex-M4 cycles at
// -O2 on the FPU: 12 a product, features and time together (64 filters of rank 2, 64 inputs, memory 10).
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: batches, inputs, units, rank, memory; clamps, the number of ends that the activation has.
template <class Geometry, class Isa>
struct SvdfF32 {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::inputs > 0 && G::units > 0 && G::rank > 0 && G::memory > 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, const float* feature, const float* time, const float* bias,
                              float* state, float* output, float lowest, float highest) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t unit = 0; unit < G::units; ++unit) {
        float sum = bias[unit];
        for (int32_t r = 0; r < G::rank; ++r) {
          const int32_t filter = unit * G::rank + r;
          Isa::copy(state, state + 1, static_cast<int32_t>(sizeof(float)) * (G::memory - 1));
          state[G::memory - 1] = dot(input, feature + filter * G::inputs, G::inputs);
          sum += dot(time + filter * G::memory, state, G::memory);
          state += G::memory;
        }
        *output++ = activated(sum, lowest, highest);
      }
      input += G::inputs;
    }
  }

 private:
  // Without an activation infinities stay; one turns what is not a number into its lowest.
  static float activated(float sum, float lowest, float highest) {
    if (G::clamps == 0) return sum;
    const float least = sum > highest && G::clamps == 2 ? highest : sum;
    return least > lowest ? least : lowest;
  }
  static float dot(const float* a, const float* b, int32_t count) {
    float sum = 0.0f;
    for (int32_t i = 0; i < count; ++i) sum += a[i] * b[i];
    return sum;
  }
};

}  // namespace burin_kernels
