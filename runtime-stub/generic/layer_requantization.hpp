// From the sums of neighboring output channels to int8 or uint8, in one of the forms that a layer has for
// all of its channels:
//
//   product        y = clamp((C + floor(s M / 2^20)) >> post_shift)
//                  proven, for every sum s that can occur, to equal the definition; C holds the bias, the
//                  zero point and the rounding. Numbers of a channel: M C
//   shifted_right  h = round(a m / 2^31), a = s + bias; h -= h < 0; y = clamp(((h + 2^(r-1)) >> r) + zero
//   point)
//                  the definition of TensorFlow Lite Micro where the shift r is to the right, and no sum
//                  leaves 32 bits. Numbers: bias multiplier -r
//   rounded_twice  that definition for any shift. Numbers: bias multiplier shift
//   rounded_once   the definition of LiteRT. Numbers: bias multiplier shift
//
// Processors without a long multiplication compute the first in three products, as |s| < 2^21 and with M =
// 2^20 M2 + 2^10 M1 + M0:
//
//   floor(s M / 2^20) = s M2 + ((s M1 + ((s M0) >> 10)) >> 10)
//
// Cost, modeled Cortex-M4 cycles of an output at -O2, loop and store included: product 15, shifted_right 21.
// Registers: two pointers, an end, the shift, both limits, and a channel's numbers.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

struct LayerRequantization {
  enum Form : int32_t { product, shifted_right, rounded_twice, rounded_once };
  enum : int32_t { product_shift = 20 };
  // Makes `count` > 0 outputs of as many sums, int8 or uint8 as the clamp says, and returns where the numbers
  // of the next channels stand.
  typedef const int32_t* (*Function)(const LayerRequantization& layer, const int32_t* numbers,
                                     const int32_t* sums, int8_t* output, int32_t count);
  int32_t zero_point, lowest, highest, post_shift;
};

template <class Isa>
struct Requantizer {
  static BURIN_SHARED const int32_t* product(const LayerRequantization& layer, const int32_t* numbers,
                                             const int32_t* sums, int8_t* output, int32_t count) {
    const int32_t shift = layer.post_shift;
    const int32_t lowest = layer.lowest;
    const int32_t highest = layer.highest;
    const int8_t* const end = output + count;
    do {
      const int32_t product = Isa::multiply_shift_20(*sums++, numbers[0]);
      *output++ = static_cast<int8_t>(Isa::clamp((product + numbers[1]) >> shift, lowest, highest));
      numbers += 2;
    } while (output != end);
    return numbers;
  }

  static BURIN_SHARED const int32_t* shifted_right(const LayerRequantization& layer, const int32_t* numbers,
                                                   const int32_t* sums, int8_t* output, int32_t count) {
    const int32_t zero_point = layer.zero_point;
    const int32_t lowest = layer.lowest;
    const int32_t highest = layer.highest;
    const int8_t* const end = output + count;
    do {
      const int32_t product = Isa::doubling_high_multiply(*sums++ + numbers[0], numbers[1]);
      const int32_t shift = -numbers[2];
      const int32_t half = 1 << (shift - 1);
      const int32_t scaled = (product + (product >> 31) + half) >> shift;
      *output++ = static_cast<int8_t>(Isa::clamp(scaled + zero_point, lowest, highest));
      numbers += 3;
    } while (output != end);
    return numbers;
  }

  template <bool once>
  static BURIN_SHARED const int32_t* definition(const LayerRequantization& layer, const int32_t* numbers,
                                                const int32_t* sums, int8_t* output, int32_t count) {
    const int8_t* const end = output + count;
    do {
      const int32_t scaled = Isa::requantize(*sums++ + numbers[0], numbers[1], numbers[2], once);
      numbers += 3;
      *output++ = static_cast<int8_t>(
          Isa::clamp(Isa::wrapping_sum(scaled, layer.zero_point), layer.lowest, layer.highest));
    } while (output != end);
    return numbers;
  }

  static constexpr LayerRequantization::Function of(int32_t form) {
    return form == LayerRequantization::product         ? product
           : form == LayerRequantization::shifted_right ? shifted_right
           : form == LayerRequantization::rounded_twice ? definition<false>
                                                        : definition<true>;
  }
};

}  // namespace burin_kernels
