// More arithmetic of two float32 tensors: quotients, squared differences and PRELU.
//
//   output = left / right    floor(left / right)    the remainder of that    (left - right)^2
//            left >= 0 ? left : left * right        each with broadcasting, the quotient clamped
//
// Registers: three pointers, an end, and on the FPU two operands and the limits of the clamp. Cost, modeled
// Cortex-M4 cycles at -O2 on the FPU, equal shapes: 31 an element of a quotient, 62 of its floor, 19 of a
// square, 22 of PRELU.
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/binary_f32.hpp"

namespace burin_kernels {

struct SquaredDifferenceOfTwoF32 {
  static float of(float left, float right) { return (left - right) * (left - right); }
};
struct QuotientOfTwoF32 {
  static float of(float left, float right) { return left / right; }
};
// Of float64: a quotient of float32 may be rounded up to the next integer.
struct FloorQuotientOfTwoF32 {
  static float of(float left, float right) {
    return static_cast<float>(floor(static_cast<double>(left) / static_cast<double>(right)));
  }
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
struct SquaredDifferenceF32 : UnclampedBinaryF32<Geometry, SquaredDifferenceOfTwoF32> {};
template <class Geometry, class Isa>
struct DivideF32 : BinaryF32<Geometry, QuotientOfTwoF32> {};
template <class Geometry, class Isa>
struct FloorDivideF32 : UnclampedBinaryF32<Geometry, FloorQuotientOfTwoF32> {};
template <class Geometry, class Isa>
struct FloorModuloF32 : UnclampedBinaryF32<Geometry, FloorRemainderOfTwoF32> {};
template <class Geometry, class Isa>
struct PreluF32 : UnclampedBinaryF32<Geometry, SlopedF32> {};

}  // namespace burin_kernels
