// Sums of products for four outputs at a time, on any primitive layer: what the portable int8 kernels with
// weights have in common.
//
//   four_of_one   four weights, one input that is loaded once for four products: CONV_2D, FULLY_CONNECTED
//   four_of_four  four weights, four inputs: DEPTHWISE_CONV_2D with as many outputs as inputs
//   four_of_some  four weights, each with an input at its own distance: DEPTHWISE_CONV_2D with more outputs
//
// Weights, by output channels 0 1 2 3 4 ..., `length` of them an output:
//   interleaved  | w0[0] w1[0] w2[0] w3[0] | w0[1] w1[1] w2[1] w3[1] | ... | w4[0] w5[0] ... |
//                the last block, and that of each group of a grouped convolution, may have fewer than four
//   depthwise    [window_height][window_width][output_channels]
// both with three bytes behind them, as four are always read.
//
// Registers of the inner loops: four sums, two pointers, an end, a zero point, and the loaded values; eight
// on Cortex-M0+ hold that but for the last three, which its upper half does.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>
#endif  // BURIN_HOST

// Where words may be read from any address and 16 bits multiplied in pairs, four inputs are taken at a time.
#if defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_UNALIGNED) && !defined(__ARM_BIG_ENDIAN)
#define BURIN_FOUR_PRODUCTS_DSP
#endif

namespace burin_kernels {

// Products of `rows` rows of a window, each `length` taps, added to the sums of four outputs.
struct FourProducts {
  const int8_t* values;
  const int8_t* factors;
  int32_t rows;
  int32_t length;
  int32_t value_step;  // four_of_four, four_of_some: to the next tap of a row
  int32_t factor_step;
  int32_t value_row;  // to the next row
  int32_t factor_row;
  int32_t zero_point;
  int32_t distances[3];  // four_of_some: from the input of output 0 to those of 1, 2, 3
  int32_t sums[4];

  static BURIN_SHARED void four_of_one(FourProducts& work) {
    int32_t sum_0 = work.sums[0];
    int32_t sum_1 = work.sums[1];
    int32_t sum_2 = work.sums[2];
    int32_t sum_3 = work.sums[3];
    const int32_t zero_point = work.zero_point;
    const int32_t factor_step = work.factor_step;
#ifdef BURIN_FOUR_PRODUCTS_DSP
    const uint32_t minus_zero_points = (static_cast<uint32_t>(-zero_point) & 0xFFFFu) * 0x10001u;
#endif
    const int8_t* row = work.values;
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const int8_t* value = row;
      const int8_t* const end = row + work.length;
      const int8_t* factor = row_factors;
#ifdef BURIN_FOUR_PRODUCTS_DSP
      if (factor_step == 4) {
        for (; end - value >= 4; value += 4, factor += 16)
          four_inputs(value, factor, minus_zero_points, sum_0, sum_1, sum_2, sum_3);
      }
#endif
      while (value != end) {
#if defined(__GNUC__) && defined(__ARM_ARCH) && __ARM_ARCH >= 7
        // Loads that follow each other take one cycle each, where there are registers for all of them.
        int32_t x = *value++;
        int32_t factor_0 = factor[0];
        int32_t factor_1 = factor[1];
        int32_t factor_2 = factor[2];
        int32_t factor_3 = factor[3];
        __asm__("" : "+r"(x), "+r"(factor_0), "+r"(factor_1), "+r"(factor_2), "+r"(factor_3));
        x -= zero_point;
        sum_0 += x * factor_0;
        sum_1 += x * factor_1;
        sum_2 += x * factor_2;
        sum_3 += x * factor_3;
#else
        const int32_t x = *value++ - zero_point;
        sum_0 += x * factor[0];
        sum_1 += x * factor[1];
        sum_2 += x * factor[2];
        sum_3 += x * factor[3];
#endif
        factor += factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    work.sums[0] = sum_0;
    work.sums[1] = sum_1;
    work.sums[2] = sum_2;
    work.sums[3] = sum_3;
  }

  static BURIN_SHARED void four_of_four(FourProducts& work) {
    int32_t sum_0 = work.sums[0];
    int32_t sum_1 = work.sums[1];
    int32_t sum_2 = work.sums[2];
    int32_t sum_3 = work.sums[3];
    const int32_t zero_point = work.zero_point;
#ifdef BURIN_FOUR_PRODUCTS_DSP
    const uint32_t minus_zero_points = (static_cast<uint32_t>(-zero_point) & 0xFFFFu) * 0x10001u;
#endif
    const int8_t* row = work.values;
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const int8_t* value = row;
      const int8_t* factor = row_factors;
      for (int32_t left = work.length; left > 0; --left) {
#ifdef BURIN_FOUR_PRODUCTS_DSP
        four_lanes(value, factor, minus_zero_points, sum_0, sum_1, sum_2, sum_3);
#else
        sum_0 += (value[0] - zero_point) * factor[0];
        sum_1 += (value[1] - zero_point) * factor[1];
        sum_2 += (value[2] - zero_point) * factor[2];
        sum_3 += (value[3] - zero_point) * factor[3];
#endif
        value += work.value_step;
        factor += work.factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    work.sums[0] = sum_0;
    work.sums[1] = sum_1;
    work.sums[2] = sum_2;
    work.sums[3] = sum_3;
  }

  static BURIN_SHARED void four_of_some(FourProducts& work) {
    int32_t sum_0 = work.sums[0];
    int32_t sum_1 = work.sums[1];
    int32_t sum_2 = work.sums[2];
    int32_t sum_3 = work.sums[3];
    const int32_t distance_1 = work.distances[0];
    const int32_t distance_2 = work.distances[1];
    const int32_t distance_3 = work.distances[2];
    const int32_t zero_point = work.zero_point;
    const int8_t* row = work.values;
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const int8_t* value = row;
      const int8_t* factor = row_factors;
      for (int32_t left = work.length; left > 0; --left) {
        sum_0 += (value[0] - zero_point) * factor[0];
        sum_1 += (value[distance_1] - zero_point) * factor[1];
        sum_2 += (value[distance_2] - zero_point) * factor[2];
        sum_3 += (value[distance_3] - zero_point) * factor[3];
        value += work.value_step;
        factor += work.factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    work.sums[0] = sum_0;
    work.sums[1] = sum_1;
    work.sums[2] = sum_2;
    work.sums[3] = sum_3;
  }

#ifdef BURIN_FOUR_PRODUCTS_DSP

 private:
  // 16 products: four inputs x0 to x3, each with the weights of four outputs, a word an input. The inputs
  // become the halfwords (x0, x2) and (x1, x3), without the zero point, and those of two words of weights
  // that belong to one output are brought together.
  static void four_inputs(const int8_t* values, const int8_t* factors, uint32_t minus_zero_points,
                          int32_t& sum_0, int32_t& sum_1, int32_t& sum_2, int32_t& sum_3) {
    uint32_t even, odd, a, b, c;
    __asm__(
        "ldr %[odd], [%[values]]\n"
        "ldr %[a], [%[factors]]\n"
        "ldr %[b], [%[factors], #8]\n"
        "sxtab16 %[even], %[zero], %[odd]\n"
        "sxtab16 %[odd], %[zero], %[odd], ror #8\n"
        "pkhbt %[c], %[a], %[b], lsl #16\n"
        "pkhtb %[b], %[b], %[a], asr #16\n"
        "sxtb16 %[a], %[c]\n"
        "sxtb16 %[c], %[c], ror #8\n"
        "smlad %[s0], %[a], %[even], %[s0]\n"
        "sxtb16 %[a], %[b]\n"
        "sxtb16 %[b], %[b], ror #8\n"
        "smlad %[s1], %[c], %[even], %[s1]\n"
        "smlad %[s2], %[a], %[even], %[s2]\n"
        "smlad %[s3], %[b], %[even], %[s3]\n"
        "ldr %[a], [%[factors], #4]\n"
        "ldr %[b], [%[factors], #12]\n"
        "pkhbt %[c], %[a], %[b], lsl #16\n"
        "pkhtb %[b], %[b], %[a], asr #16\n"
        "sxtb16 %[a], %[c]\n"
        "sxtb16 %[c], %[c], ror #8\n"
        "smlad %[s0], %[a], %[odd], %[s0]\n"
        "sxtb16 %[a], %[b]\n"
        "sxtb16 %[b], %[b], ror #8\n"
        "smlad %[s1], %[c], %[odd], %[s1]\n"
        "smlad %[s2], %[a], %[odd], %[s2]\n"
        "smlad %[s3], %[b], %[odd], %[s3]\n"
        : [s0] "+r"(sum_0), [s1] "+r"(sum_1), [s2] "+r"(sum_2), [s3] "+r"(sum_3), [even] "=&r"(even),
          [odd] "=&r"(odd), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c)
        : [values] "r"(values), [factors] "r"(factors), [zero] "r"(minus_zero_points)
        : "memory");
  }

  // Four inputs, each with its own weight.
  static void four_lanes(const int8_t* values, const int8_t* factors, uint32_t minus_zero_points,
                         int32_t& sum_0, int32_t& sum_1, int32_t& sum_2, int32_t& sum_3) {
    uint32_t value, factor, x, w;
    __asm__(
        "ldr %[value], [%[values]]\n"
        "ldr %[factor], [%[factors]]\n"
        "sxtab16 %[x], %[zero], %[value]\n"
        "sxtb16 %[w], %[factor]\n"
        "sxtab16 %[value], %[zero], %[value], ror #8\n"
        "sxtb16 %[factor], %[factor], ror #8\n"
        "smlabb %[s0], %[x], %[w], %[s0]\n"
        "smlabb %[s1], %[value], %[factor], %[s1]\n"
        "smlatt %[s2], %[x], %[w], %[s2]\n"
        "smlatt %[s3], %[value], %[factor], %[s3]\n"
        : [s0] "+r"(sum_0), [s1] "+r"(sum_1), [s2] "+r"(sum_2), [s3] "+r"(sum_3), [value] "=&r"(value),
          [factor] "=&r"(factor), [x] "=&r"(x), [w] "=&r"(w)
        : [values] "r"(values), [factors] "r"(factors), [zero] "r"(minus_zero_points)
        : "memory");
  }
#endif
};

#ifdef BURIN_HOST
struct FourProductsPacker {
  // What may be read behind any weights.
  static constexpr size_t behind = 3;

  // From rows of weights, one an output channel, interleaved.
  static std::vector<int8_t> interleave(std::span<const int8_t> rows, size_t channels, size_t groups) {
    const size_t length = rows.size() / channels;
    const size_t in_group = channels / groups;
    std::vector<int8_t> packed;
    packed.reserve(rows.size() + behind);
    for (size_t first = 0; first < channels;) {
      const size_t width = std::min<size_t>(4, in_group - first % in_group);
      for (size_t i = 0; i < length; ++i)
        for (size_t k = 0; k < width; ++k) packed.push_back(rows[(first + k) * length + i]);
      first += width;
    }
    packed.resize(packed.size() + behind);
    return packed;
  }

  static std::vector<int8_t> as_they_are(std::span<const int8_t> weights) {
    std::vector<int8_t> packed(weights.begin(), weights.end());
    packed.resize(packed.size() + behind);
    return packed;
  }
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
