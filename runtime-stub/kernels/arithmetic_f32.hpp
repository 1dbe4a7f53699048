// More arithmetic of two float32 tensors: quotients, squared differences and PRELU.
#pragma once

#include <math.h>
#include <stdint.h>

#include "kernels/binary_f32.hpp"

namespace burin_kernels {

struct SquaredDifferenceOfTwoF32 {
  static float of(float left, float right) { return (left - right) * (left - right); }
};
struct QuotientOfTwoF32 {
  static float of(float left, float right) { return left / right; }
};
struct FloorQuotientOfTwoF32 {
  static float of(float left, float right) { return floorf(left / right); }
};
// Of the sign of the right operand.
struct FloorRemainderOfTwoF32 {
  static float of(float left, float right) {
    const float rest = fmodf(left, right);
    return (rest < 0.0f && right > 0.0f) || (rest > 0.0f && right < 0.0f) ? rest + right : rest;
  }
};
// x, and slope * x for negative x.
struct SlopedF32 {
  static float of(float x, float slope) { return x >= 0.0f ? x : x * slope; }
};

template <class Geometry, class Isa>
struct SquaredDifferenceF32 : BinaryF32<Geometry, SquaredDifferenceOfTwoF32> {};
template <class Geometry, class Isa>
struct DivideF32 : BinaryF32<Geometry, QuotientOfTwoF32> {};
template <class Geometry, class Isa>
struct FloorDivideF32 : BinaryF32<Geometry, FloorQuotientOfTwoF32> {};
template <class Geometry, class Isa>
struct FloorModuloF32 : BinaryF32<Geometry, FloorRemainderOfTwoF32> {};
template <class Geometry, class Isa>
struct PreluF32 : BinaryF32<Geometry, SlopedF32> {};

}  // namespace burin_kernels
