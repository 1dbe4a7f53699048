// QUANTIZE and DEQUANTIZE: between float32 and quantized integers, and between quantizations.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU: QUANTIZE 48 an element, DEQUANTIZE 12.
// Registers: two pointers, an end, zero points, limits, and multiplier and shift or on the FPU the scale.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Lowest and highest value of an integer type of 8, 16 or 32 bits.
template <class Integer>
struct IntegerLimits {
  static constexpr bool is_signed() { return static_cast<Integer>(-1) < static_cast<Integer>(1); }
  static constexpr int32_t highest() {
    return INT32_MAX >> (32 - 8 * static_cast<int32_t>(sizeof(Integer)) - (is_signed() ? 0 : 1));
  }
  static constexpr int32_t lowest() { return is_signed() ? -highest() - 1 : 0; }
};

// output = saturate(round(input / scale) + zero point), halves away from zero. What is not a number becomes
// the lowest value.
template <class Geometry, class Isa>
struct QuantizeF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Output>
  static BURIN_ENTRY void run(const float* input, Output* output, float scale, int32_t zero_point) {
    // Beyond these the result saturates; within, float32 holds every half exactly.
    const float lowest = static_cast<float>(IntegerLimits<Output>::lowest() - zero_point - 1);
    const float highest = static_cast<float>(IntegerLimits<Output>::highest() - zero_point + 1);
    for (int32_t i = 0; i < Geometry::elements; ++i) {
      const float real = input[i] / scale;
      const float bounded = real > lowest ? (real < highest ? real : highest) : lowest;
      int32_t rounded = static_cast<int32_t>(bounded);
      const float rest = bounded - static_cast<float>(rounded);
      if (rest >= 0.5f) ++rounded;
      if (rest <= -0.5f) --rounded;
      output[i] = static_cast<Output>(Isa::clamp(rounded + zero_point, IntegerLimits<Output>::lowest(),
                                                 IntegerLimits<Output>::highest()));
    }
  }
};

// output = saturate((input - input zero point) * multiplier * 2^(shift - 31) + output zero point).
template <class Geometry, class Isa>
struct Requantize {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Input, class Output>
  static BURIN_ENTRY void run(const Input* input, Output* output, int32_t input_zero_point,
                              int32_t multiplier, int32_t shift, int32_t output_zero_point) {
    // Saturating before the zero point is added cannot overflow; only types that are narrower than 32 bits
    // have one.
    const int32_t lowest = IntegerLimits<Output>::lowest() - output_zero_point;
    const int32_t highest = IntegerLimits<Output>::highest() - output_zero_point;
    for (int32_t i = 0; i < Geometry::elements; ++i) {
      const int32_t scaled =
          Isa::requantize(input[i] - input_zero_point, multiplier, shift, Geometry::round_once != 0);
      output[i] = static_cast<Output>(Isa::clamp(scaled, lowest, highest) + output_zero_point);
    }
  }
};

// output = scale * (input - zero point).
template <class Geometry, class Isa>
struct DequantizeF32 {
  static constexpr bool accepts() { return Geometry::elements > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Input>
  static BURIN_ENTRY void run(const Input* input, float* output, float scale, int32_t zero_point) {
    for (int32_t i = 0; i < Geometry::elements; ++i)
      output[i] = scale * static_cast<float>(input[i] - zero_point);
  }
};

}  // namespace burin_kernels
