// Arithmetic of two float32 tensors, element by element, with broadcasting.
//
//   output = clamp(left o right, lowest, highest)
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU, equal shapes: ADD and MUL 18 an element, MAXIMUM 14.
// Registers: three pointers, an end, and on the FPU two operands and both limits.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Arithmetic>
struct BinaryF32 {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* left, const float* right, float* output, float lowest,
                              float highest) {
    const Clamped clamped = {lowest, highest};
    Broadcast<Geometry>::run(left, right, output, clamped);
  }
  static BURIN_ENTRY void run(const float* left, const float* right, const int32_t* axes, float* output,
                              float lowest, float highest) {
    const Clamped clamped = {lowest, highest};
    Broadcast<Geometry>::run(left, right, axes, output, clamped);
  }

 private:
  struct Clamped {
    float lowest;
    float highest;
    float operator()(float left, float right) const {
      const float result = Arithmetic::of(left, right);
      return result < lowest ? lowest : result > highest ? highest : result;
    }
  };
};

// The same for what cannot carry an activation: infinities stay.
template <class Geometry, class Arithmetic>
struct UnclampedBinaryF32 {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* left, const float* right, float* output) {
    Broadcast<Geometry>::run(left, right, output, Operation());
  }
  static BURIN_ENTRY void run(const float* left, const float* right, const int32_t* axes, float* output) {
    Broadcast<Geometry>::run(left, right, axes, output, Operation());
  }

 private:
  struct Operation {
    float operator()(float left, float right) const { return Arithmetic::of(left, right); }
  };
};

struct SumOfTwoF32 {
  static float of(float left, float right) { return left + right; }
};
struct DifferenceOfTwoF32 {
  static float of(float left, float right) { return left - right; }
};
struct ProductOfTwoF32 {
  static float of(float left, float right) { return left * right; }
};

template <class Geometry, class Isa>
struct AddF32 : BinaryF32<Geometry, SumOfTwoF32> {};
template <class Geometry, class Isa>
struct SubtractF32 : BinaryF32<Geometry, DifferenceOfTwoF32> {};
template <class Geometry, class Isa>
struct MultiplyF32 : BinaryF32<Geometry, ProductOfTwoF32> {};

}  // namespace burin_kernels
