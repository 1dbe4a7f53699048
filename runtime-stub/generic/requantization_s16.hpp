// From sums of products of int16 values and int8 weights to int16, for kernels with weights. Every output
// channel has four numbers: the lower and the upper half of its bias, a multiplier and a shift.
//
//   wide     y = clamp((sum * multiplier + 2^(shift - 1)) >> shift), of sums of 48 bits; the multiplier has
//            15 bits, and there is one rounding, whichever runtime is matched
//   twice    y = clamp(requantize(sum)), of sums of 32 bits, with the roundings of TensorFlow Lite Micro
//   once     the same with the rounding of LiteRT
//
// Registers: of a sum two, and of a channel's numbers what its form needs. The kernels' costs contain it.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

template <bool wide>
struct SumOfS16 {
  typedef int32_t Type;
};
template <>
struct SumOfS16<true> {
  typedef int64_t Type;
};

struct RequantizationS16 {
  enum Form : int32_t { wide, twice, once };
  enum : int32_t { numbers_a_channel = 4 };
};

// Geometry: requantization, one of the forms; activation_min, activation_max.
template <class G, class Isa>
struct SumS16 {
  static int16_t finish(int64_t products, const int32_t* numbers) {
    const int64_t bias = static_cast<int64_t>(static_cast<uint64_t>(static_cast<uint32_t>(numbers[1])) << 32 |
                                              static_cast<uint32_t>(numbers[0]));
    const int64_t sum = products + bias;
    int32_t scaled;
    // As numbers: the compilers warn where enumerators of two enumerations are compared.
    const int32_t form = G::requantization;
    if (form == int32_t(RequantizationS16::wide)) {
      scaled = static_cast<int32_t>((sum * numbers[2] + (int64_t(1) << (numbers[3] - 1))) >> numbers[3]);
    } else {
      scaled = Isa::requantize(static_cast<int32_t>(sum), numbers[2], numbers[3],
                               form == int32_t(RequantizationS16::once));
    }
    return static_cast<int16_t>(Isa::clamp(scaled, G::activation_min, G::activation_max));
  }

  // The sum of values[i] * weights[i]; 256 products fit 32 bits.
  static int64_t products(const int16_t* values, const int8_t* weights, int32_t count) {
    int64_t sum = 0;
    while (count > 0) {
      const int32_t piece = count < 256 ? count : 256;
      int32_t part = 0;
      for (int32_t i = 0; i < piece; ++i) part += static_cast<int32_t>(values[i]) * weights[i];
      sum += part;
      values += piece;
      weights += piece;
      count -= piece;
    }
    return sum;
  }
};

}  // namespace burin_kernels
