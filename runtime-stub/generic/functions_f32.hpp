// Functions of real numbers, float32, element by element; what is not arithmetic is the C library's.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU, with newlib: EXP 126 an element.
// Registers: two pointers and an end, kept over the call.
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Function has one member, `static float of(float)`.
template <class Geometry, class Function>
struct FunctionF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const float* input, float* output) {
    for (int32_t i = 0; i < Geometry::elements; ++i) output[i] = Function::of(input[i]);
  }
};

struct MagnitudeOfF32 {
  static float of(float x) { return fabsf(x); }
};
struct CeilOfF32 {
  static float of(float x) { return ceilf(x); }
};
struct CosOfF32 {
  static float of(float x) { return cosf(x); }
};
struct EluOfF32 {
  static float of(float x) { return x < 0.0f ? expm1f(x) : x; }
};
struct ExpOfF32 {
  static float of(float x) { return expf(x); }
};
struct FloorOfF32 {
  static float of(float x) { return floorf(x); }
};
struct LogOfF32 {
  static float of(float x) { return logf(x); }
};
struct NegativeOfF32 {
  static float of(float x) { return -x; }
};
struct ReciprocalSqrtOfF32 {
  static float of(float x) { return 1.0f / sqrtf(x); }
};
// The nearest integer, of two the even one.
struct RoundOfF32 {
  static float of(float x) {
    const float below = floorf(x);
    const float rest = x - below;
    const float half = below * 0.5f;
    const bool even = !(floorf(half) < half);
    return rest < 0.5f || (!(rest > 0.5f) && even) ? below : below + 1.0f;
  }
};
struct SinOfF32 {
  static float of(float x) { return sinf(x); }
};
struct SqrtOfF32 {
  static float of(float x) { return sqrtf(x); }
};
struct SquareOfF32 {
  static float of(float x) { return x * x; }
};

template <class Geometry, class Isa>
struct AbsF32 : FunctionF32<Geometry, MagnitudeOfF32> {};
template <class Geometry, class Isa>
struct CeilF32 : FunctionF32<Geometry, CeilOfF32> {};
template <class Geometry, class Isa>
struct CosF32 : FunctionF32<Geometry, CosOfF32> {};
template <class Geometry, class Isa>
struct EluF32 : FunctionF32<Geometry, EluOfF32> {};
template <class Geometry, class Isa>
struct ExpF32 : FunctionF32<Geometry, ExpOfF32> {};
template <class Geometry, class Isa>
struct FloorF32 : FunctionF32<Geometry, FloorOfF32> {};
template <class Geometry, class Isa>
struct LogF32 : FunctionF32<Geometry, LogOfF32> {};
template <class Geometry, class Isa>
struct NegateF32 : FunctionF32<Geometry, NegativeOfF32> {};
template <class Geometry, class Isa>
struct ReciprocalSqrtF32 : FunctionF32<Geometry, ReciprocalSqrtOfF32> {};
template <class Geometry, class Isa>
struct RoundF32 : FunctionF32<Geometry, RoundOfF32> {};
template <class Geometry, class Isa>
struct SinF32 : FunctionF32<Geometry, SinOfF32> {};
template <class Geometry, class Isa>
struct SqrtF32 : FunctionF32<Geometry, SqrtOfF32> {};
template <class Geometry, class Isa>
struct SquareF32 : FunctionF32<Geometry, SquareOfF32> {};

}  // namespace burin_kernels
