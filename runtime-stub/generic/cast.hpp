// CAST between float32, booleans and integers of any width. Float32 beyond an integer type saturates and what
// is not a number becomes 0; integers wrap; booleans are 0 or 1.
//
// Registers: two pointers, an end, an element. Cost, modeled Cortex-M4 cycles at -O2 on the FPU: to float32
// 10 an element, from it 16; 237 to 64 bits, which the FPU does not convert to.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

template <bool wide>
struct WholeNumber {
  typedef int32_t Type;
};
template <>
struct WholeNumber<true> {
  typedef int64_t Type;
};

// Of a conversion to an integer type of at most 64 bits.
template <class Output>
struct SaturatedReal {
  static constexpr bool is_signed() { return static_cast<Output>(-1) < static_cast<Output>(1); }
  static constexpr int32_t bits() { return 8 * static_cast<int32_t>(sizeof(Output)) - (is_signed() ? 1 : 0); }
  static constexpr int64_t highest() { return INT64_MAX >> (63 - bits()); }
  // The first number above, a power of two and so a float32.
  static constexpr float above() { return static_cast<float>(uint64_t(1) << bits()); }

  // 64 bits only where they are needed, as no FPU of a microcontroller converts to them.
  typedef typename WholeNumber<(bits() > 31)>::Type Whole;

  static Output of(float x) {
    if (x >= above()) return static_cast<Output>(highest());
    const float lowest = is_signed() ? -above() : 0.0f;
    if (x <= lowest) return static_cast<Output>(is_signed() ? -highest() - 1 : 0);
    return x > lowest ? static_cast<Output>(static_cast<Whole>(x)) : static_cast<Output>(0);
  }
};

// Geometry: elements; from_boolean, to_boolean.
template <class Geometry, class Isa>
struct Cast {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Input, class Output>
  static BURIN_ENTRY void run(const Input* input, Output* output) {
    for (int32_t i = 0; i < Geometry::elements; ++i) convert(number(input[i]), output + i);
  }

 private:
  static float number(float x) { return x; }
  template <class Input>
  static Input number(Input x) {
    return Geometry::from_boolean != 0 ? static_cast<Input>(x != 0) : x;
  }

  static void convert(float x, float* output) { *output = x; }
  template <class Input>
  static void convert(Input x, float* output) {
    *output = static_cast<float>(x);
  }
  template <class Output>
  static void convert(float x, Output* output) {
    const bool is_zero = !(x < 0.0f || x > 0.0f) && x == x;
    *output = Geometry::to_boolean != 0 ? static_cast<Output>(!is_zero) : SaturatedReal<Output>::of(x);
  }
  template <class Input, class Output>
  static void convert(Input x, Output* output) {
    *output = Geometry::to_boolean != 0 ? static_cast<Output>(x != 0) : static_cast<Output>(x);
  }
};

}  // namespace burin_kernels
