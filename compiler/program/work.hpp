// What a kernel call does, counted by kind. What one of each kind costs depends on the core: a target says
// it.
#pragma once

#include <cstdint>

namespace burin {

// Estimates, made from the geometry of a layer.
struct Work {
  int64_t instructions = 0;     // of compiled integer code, in cycles that they take a Cortex-M4
  int64_t packed = 0;           // in loops that are pinned in assembly, in cycles that they take a Cortex-M4
  int64_t products = 0;         // of two bytes, accumulated by a loop over the primitives
  int64_t requantizations = 0;  // a sum times a number of 31 bits, rounded, shifted and clamped
  int64_t divisions = 0;        // of integers
  int64_t float_products = 0;   // a multiplication and an addition of float32, or a comparison of them
  int64_t float_functions = 0;  // exponentials and their kind

  bool operator==(const Work&) const = default;
};

constexpr Work operator*(const Work& work, int64_t times) {
  return {.instructions = work.instructions * times,
          .packed = work.packed * times,
          .products = work.products * times,
          .requantizations = work.requantizations * times,
          .divisions = work.divisions * times,
          .float_products = work.float_products * times,
          .float_functions = work.float_functions * times};
}

}  // namespace burin
