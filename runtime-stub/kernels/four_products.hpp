// Sums of products of bytes for four outputs at a time, on any primitive layer: what the portable quantized
// kernels with weights have in common.
//
//   sum_k += (value - value_zero_point) * (factor_k - factor_zero_point)
//
//   four_of_one   four weights, one input that is loaded once for four products: CONV_2D, FULLY_CONNECTED
//   four_of_four  four weights, four inputs: DEPTHWISE_CONV_2D with as many outputs as inputs
//   four_of_some  four weights, each with an input at its own distance: DEPTHWISE_CONV_2D with more outputs
//   one_of_one    a weight, an input: what DEPTHWISE_CONV_2D has left over
//
// Weights, always int8, by output channels 0 1 2 3 4 ..., `length` of them an output:
//   in turn    | w0[0] w1[0] w2[0] w3[0] | w0[1] w1[1] w2[1] w3[1] | ... | w4[0] w5[0] ... |
//              the last block, and that of each group of a grouped convolution, may have fewer than four
//   in fours   | w0[0] w0[1] w0[2] w0[3] | w1[0] ... | w2[0] ... | w3[0] ... w3[3] | w0[4] ... |
//              for blocks of four outputs; what is left of a run after fours of inputs is in turn. A run is
//              what never is read in part: a row of a window of one column, else a tap
//   depthwise  [window_height][window_width][output_channels]
// all with three bytes behind them, as four are always read.
//
// Registers of the inner loops: four sums, two pointers, an end, one or two zero points, and the loaded
// values; eight on Cortex-M0+ hold that but for the last, which its upper half does. With the DSP extension
// fourteen: a count in place of the end, both zero points, and five for loaded and widened words.
//
// Cost, modelled Cortex-M4 cycles of 16 products in the inner loop of four_of_one: in fours FOURS, in turn
// TURN; of four_of_four 4 products in 17.
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

// Products of `rows` rows of a window, each `length` taps, for `blocks` times four outputs: added to their
// sums.
struct FourProducts {
  const int8_t* values;  // or uint8_t
  const int8_t* factors;
  int32_t rows;
  int32_t length;
  int32_t value_row;  // to the next row
  int32_t factor_row;
  int32_t value_zero_point;
  int32_t factor_zero_point;
  int32_t factor_step;  // to the next tap of a row
  int32_t blocks;
  int32_t value_block;  // to the next block
  int32_t factor_block;
  int32_t* sums;
  int32_t value_step;    // all but four_of_one
  int32_t distances[3];  // four_of_some: from the input of output 0 to those of 1, 2, 3

  typedef void (*Function)(const FourProducts& work);
};

#ifdef BURIN_FOUR_PRODUCTS_DSP
// clang-format off

// Sixteen products of four inputs, the word at r1, with weights in fours: the inputs become the halfwords (x0,
// x2) and (x1, x3), and so do the weights of each output.
#define BURIN_SIXTEEN_IN_FOURS(widen)                \
  "  ldr r11, [r1], #4\n"                            \
  "  ldr r12, [r2], #4\n"                            \
  "  " widen " r10, r8, r11\n"                       \
  "  " widen " r11, r8, r11, ror #8\n"               \
  "  sxtab16 r0, r9, r12\n"                          \
  "  sxtab16 r12, r9, r12, ror #8\n"                 \
  "  smlad r4, r0, r10, r4\n"                        \
  "  smlad r4, r12, r11, r4\n"                       \
  "  ldr r12, [r2], #4\n"                            \
  "  ldr lr, [r2], #4\n"                             \
  "  sxtab16 r0, r9, r12\n"                          \
  "  sxtab16 r12, r9, r12, ror #8\n"                 \
  "  smlad r5, r0, r10, r5\n"                        \
  "  smlad r5, r12, r11, r5\n"                       \
  "  ldr r12, [r2], #4\n"                            \
  "  sxtab16 r0, r9, lr\n"                           \
  "  sxtab16 lr, r9, lr, ror #8\n"                   \
  "  smlad r6, r0, r10, r6\n"                        \
  "  smlad r6, lr, r11, r6\n"                        \
  "  sxtab16 r0, r9, r12\n"                          \
  "  sxtab16 r12, r9, r12, ror #8\n"                 \
  "  smlad r7, r0, r10, r7\n"                        \
  "  smlad r7, r12, r11, r7\n"

// The same with weights in turn: those of two words that belong to one output are brought together.
#define BURIN_SIXTEEN_IN_TURN(widen)                 \
  "  ldr r11, [r1], #4\n"                            \
  "  ldr r12, [r2]\n"                                \
  "  ldr lr, [r2, #8]\n"                             \
  "  " widen " r10, r8, r11\n"                       \
  "  " widen " r11, r8, r11, ror #8\n"               \
  "  pkhbt r0, r12, lr, lsl #16\n"                   \
  "  pkhtb lr, lr, r12, asr #16\n"                   \
  "  sxtab16 r12, r9, r0\n"                          \
  "  sxtab16 r0, r9, r0, ror #8\n"                   \
  "  smlad r4, r12, r10, r4\n"                       \
  "  smlad r5, r0, r10, r5\n"                        \
  "  sxtab16 r12, r9, lr\n"                          \
  "  sxtab16 lr, r9, lr, ror #8\n"                   \
  "  smlad r6, r12, r10, r6\n"                       \
  "  smlad r7, lr, r10, r7\n"                        \
  "  ldr r12, [r2, #4]\n"                            \
  "  ldr lr, [r2, #12]\n"                            \
  "  adds r2, #16\n"                                 \
  "  pkhbt r0, r12, lr, lsl #16\n"                   \
  "  pkhtb lr, lr, r12, asr #16\n"                   \
  "  sxtab16 r12, r9, r0\n"                          \
  "  sxtab16 r0, r9, r0, ror #8\n"                   \
  "  smlad r4, r12, r11, r4\n"                       \
  "  smlad r5, r0, r11, r5\n"                        \
  "  sxtab16 r12, r9, lr\n"                          \
  "  sxtab16 lr, r9, lr, ror #8\n"                   \
  "  smlad r6, r12, r11, r6\n"                       \
  "  smlad r7, lr, r11, r7\n"

// A row of four_of_one: fours of inputs, if there are blocks of four, and what is left.
#define BURIN_ROW_OF_ONE(load, widen, sixteen)           \
  "  ldr r3, [r0, #12]\n"                                \
  "  ldr lr, [r0, #32]\n"                                \
  "  cmp lr, #4\n"                                       \
  "  bne 5f\n"                                           \
  "  subs r3, #4\n"                                      \
  "  blt 4f\n"                                           \
  "3:\n"                                                 \
  sixteen(widen)                                         \
  "  subs r3, #4\n"                                      \
  "  bge 3b\n"                                           \
  "  mov lr, #4\n"                                       \
  "4:\n"                                                 \
  "  adds r3, #4\n"                                      \
  "5:\n"                                                 \
  "  cbz r3, 7f\n"                                       \
  "6:\n"                                                 \
  "  " load " r10, [r1], #1\n"                           \
  "  ldrsb r0, [r2]\n"                                   \
  "  ldrsb r11, [r2, #1]\n"                              \
  "  ldrsb r12, [r2, #2]\n"                              \
  "  add r10, r8\n"                                      \
  "  add r0, r9\n"                                       \
  "  add r11, r9\n"                                      \
  "  add r12, r9\n"                                      \
  "  smlabb r4, r0, r10, r4\n"                           \
  "  ldrsb r0, [r2, #3]\n"                               \
  "  smlabb r5, r11, r10, r5\n"                          \
  "  smlabb r6, r12, r10, r6\n"                          \
  "  add r0, r9\n"                                       \
  "  smlabb r7, r0, r10, r7\n"                           \
  "  add r2, lr\n"                                       \
  "  subs r3, #1\n"                                      \
  "  bne 6b\n"                                           \
  "7:\n"                                                 \
  "  ldr r0, [sp]\n"                                     \
  "  ldr r3, [r0, #12]\n"                                \
  "  mls r2, r3, lr, r2\n"                               \
  "  subs r1, r1, r3\n"

// A row of four_of_four: a tap at a time.
#define BURIN_ROW_OF_FOUR(widen)                         \
  "  ldr r3, [r0, #12]\n"                                \
  "  ldr r10, [r0, #32]\n"                               \
  "  ldr lr, [r0, #52]\n"                                \
  "  str r10, [sp, #24]\n"                               \
  "  cbz r3, 7f\n"                                       \
  "6:\n"                                                 \
  "  ldr r12, [sp, #24]\n"                               \
  "  ldr r10, [r1]\n"                                    \
  "  ldr r11, [r2]\n"                                    \
  "  add r1, lr\n"                                       \
  "  add r2, r12\n"                                      \
  "  " widen " r0, r8, r10\n"                            \
  "  " widen " r10, r8, r10, ror #8\n"                   \
  "  sxtab16 r12, r9, r11\n"                             \
  "  sxtab16 r11, r9, r11, ror #8\n"                     \
  "  smlabb r4, r0, r12, r4\n"                           \
  "  smlabb r5, r10, r11, r5\n"                          \
  "  smlatt r6, r0, r12, r6\n"                           \
  "  smlatt r7, r10, r11, r7\n"                          \
  "  subs r3, #1\n"                                      \
  "  bne 6b\n"                                           \
  "  ldr r0, [sp]\n"                                     \
  "  ldr r3, [r0, #12]\n"                                \
  "  ldr r12, [sp, #24]\n"                               \
  "  mls r1, r3, lr, r1\n"                               \
  "  mls r2, r3, r12, r2\n"                              \
  "7:\n"

// All rows of all blocks. r0 the work; r1 values, r2 factors, r3 what is left of a row, r4 to r7 sums, r8 and r9
// what is added to both halves of widened values and factors, the rest for loaded and widened words. The stack
// holds 0 the work, 4 rows and 8 blocks that are left, of the block 12 values, 16 factors, 20 sums; 24 is the
// row's. A row keeps r4 to r9, and leaves r0 to r2 as they were.
#define BURIN_FOUR_PRODUCTS(row)                         \
  ".syntax unified\n"                                    \
  "  push {r4-r11, lr}\n"                                \
  "  sub sp, #28\n"                                      \
  "  ldrd r8, r9, [r0, #24]\n"                           \
  "  rsb r8, r8, #0\n"                                   \
  "  rsb r9, r9, #0\n"                                   \
  "  pkhbt r8, r8, r8, lsl #16\n"                        \
  "  pkhbt r9, r9, r9, lsl #16\n"                        \
  "  ldr r1, [r0, #36]\n"                                \
  "  ldrd r2, r3, [r0]\n"                                \
  "  ldr r4, [r0, #48]\n"                                \
  "  str r0, [sp]\n"                                     \
  "  strd r1, r2, [sp, #8]\n"                            \
  "  strd r3, r4, [sp, #16]\n"                           \
  "1:\n"                                                 \
  "  ldr r10, [r0, #8]\n"                                \
  "  cmp r10, #0\n"                                      \
  "  ble 9f\n"                                           \
  "  str r10, [sp, #4]\n"                                \
  "  ldrd r1, r2, [sp, #12]\n"                           \
  "  ldr r3, [sp, #20]\n"                                \
  "  ldm r3, {r4-r7}\n"                                  \
  "2:\n"                                                 \
  row                                                    \
  "  ldr r3, [sp, #4]\n"                                 \
  "  subs r3, #1\n"                                      \
  "  ble 8f\n"                                           \
  "  str r3, [sp, #4]\n"                                 \
  "  ldrd r10, r11, [r0, #16]\n"                         \
  "  add r1, r10\n"                                      \
  "  add r2, r11\n"                                      \
  "  b 2b\n"                                             \
  "8:\n"                                                 \
  "  ldr r3, [sp, #20]\n"                                \
  "  stm r3!, {r4-r7}\n"                                 \
  "  str r3, [sp, #20]\n"                                \
  "  ldrd r10, r1, [sp, #8]\n"                           \
  "  subs r10, #1\n"                                     \
  "  ble 9f\n"                                           \
  "  ldr r2, [sp, #16]\n"                                \
  "  ldrd r11, r12, [r0, #40]\n"                         \
  "  add r1, r11\n"                                      \
  "  add r2, r12\n"                                      \
  "  strd r10, r1, [sp, #8]\n"                           \
  "  str r2, [sp, #16]\n"                                \
  "  b 1b\n"                                             \
  "9:\n"                                                 \
  "  add sp, #28\n"                                      \
  "  pop {r4-r11, pc}\n"

// clang-format on

struct FourProductsDsp {
  static_assert(sizeof(FourProducts) == 68, "assembly knows where its members lie");

  static BURIN_NAKED void in_fours_s8(const FourProducts&) {
    __asm__(BURIN_FOUR_PRODUCTS(BURIN_ROW_OF_ONE("ldrsb", "sxtab16", BURIN_SIXTEEN_IN_FOURS)));
  }
  static BURIN_NAKED void in_turn_s8(const FourProducts&) {
    __asm__(BURIN_FOUR_PRODUCTS(BURIN_ROW_OF_ONE("ldrsb", "sxtab16", BURIN_SIXTEEN_IN_TURN)));
  }
  static BURIN_NAKED void in_fours_u8(const FourProducts&) {
    __asm__(BURIN_FOUR_PRODUCTS(BURIN_ROW_OF_ONE("ldrb", "uxtab16", BURIN_SIXTEEN_IN_FOURS)));
  }
  static BURIN_NAKED void in_turn_u8(const FourProducts&) {
    __asm__(BURIN_FOUR_PRODUCTS(BURIN_ROW_OF_ONE("ldrb", "uxtab16", BURIN_SIXTEEN_IN_TURN)));
  }
  static BURIN_NAKED void four_of_four_s8(const FourProducts&) {
    __asm__(BURIN_FOUR_PRODUCTS(BURIN_ROW_OF_FOUR("sxtab16")));
  }
  static BURIN_NAKED void four_of_four_u8(const FourProducts&) {
    __asm__(BURIN_FOUR_PRODUCTS(BURIN_ROW_OF_FOUR("uxtab16")));
  }
};
#endif  // BURIN_FOUR_PRODUCTS_DSP

// Value: int8_t or uint8_t. `centred`: the weights' zero point is 0.
template <class Value, bool centred>
struct FourProductsOf {
#ifdef BURIN_FOUR_PRODUCTS_DSP
  static constexpr FourProducts::Function four_of_one(bool in_fours) {
    return is_signed() ? in_fours ? FourProductsDsp::in_fours_s8 : FourProductsDsp::in_turn_s8
           : in_fours  ? FourProductsDsp::in_fours_u8
                       : FourProductsDsp::in_turn_u8;
  }
  static constexpr FourProducts::Function four_of_four() {
    return is_signed() ? FourProductsDsp::four_of_four_s8 : FourProductsDsp::four_of_four_u8;
  }
#else
  static constexpr FourProducts::Function four_of_one(bool in_fours) {
    return in_fours ? one_input<true> : one_input<false>;
  }
  static constexpr FourProducts::Function four_of_four() {
    return four_inputs;
  }
#endif

  // Of one block.
  static BURIN_SHARED void four_of_some(const FourProducts& work) {
    Sums sums(work.sums);
    const int32_t distance_1 = work.distances[0];
    const int32_t distance_2 = work.distances[1];
    const int32_t distance_3 = work.distances[2];
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centred ? 0 : work.factor_zero_point;
    const Value* row = values_of(work);
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const Value* value = row;
      const int8_t* factor = row_factors;
      for (int32_t left = work.length; left > 0; --left) {
        sums.sum_0 += (value[0] - value_zero_point) * (factor[0] - factor_zero_point);
        sums.sum_1 += (value[distance_1] - value_zero_point) * (factor[1] - factor_zero_point);
        sums.sum_2 += (value[distance_2] - value_zero_point) * (factor[2] - factor_zero_point);
        sums.sum_3 += (value[distance_3] - value_zero_point) * (factor[3] - factor_zero_point);
        value += work.value_step;
        factor += work.factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    sums.keep(work.sums);
  }

  // Of one output.
  static BURIN_SHARED void one_of_one(const FourProducts& work) {
    int32_t sum = work.sums[0];
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centred ? 0 : work.factor_zero_point;
    const Value* row = values_of(work);
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const Value* value = row;
      const int8_t* factor = row_factors;
      for (int32_t left = work.length; left > 0; --left) {
        sum += (*value - value_zero_point) * (*factor - factor_zero_point);
        value += work.value_step;
        factor += work.factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    work.sums[0] = sum;
  }

 private:
  struct Sums {
    int32_t sum_0;
    int32_t sum_1;
    int32_t sum_2;
    int32_t sum_3;

    explicit Sums(const int32_t* from) : sum_0(from[0]), sum_1(from[1]), sum_2(from[2]), sum_3(from[3]) {}
    void keep(int32_t* to) const {
      to[0] = sum_0;
      to[1] = sum_1;
      to[2] = sum_2;
      to[3] = sum_3;
    }
  };

  static constexpr bool is_signed() {
    return static_cast<Value>(-1) < static_cast<Value>(1);
  }
  static const Value* values_of(const FourProducts& work) {
    return reinterpret_cast<const Value*>(work.values);
  }

#ifndef BURIN_FOUR_PRODUCTS_DSP
  static BURIN_SHARED void four_inputs(const FourProducts& work) {
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centred ? 0 : work.factor_zero_point;
    for (int32_t block = 0; block < work.blocks; ++block) {
      int32_t* const to = work.sums + 4 * block;
      Sums sums(to);
      const Value* row = values_of(work) + block * work.value_block;
      const int8_t* row_factors = work.factors + block * work.factor_block;
      for (int32_t rows = work.rows; rows > 0; --rows) {
        const Value* value = row;
        const int8_t* factor = row_factors;
        for (int32_t left = work.length; left > 0; --left) {
          sums.sum_0 += (value[0] - value_zero_point) * (factor[0] - factor_zero_point);
          sums.sum_1 += (value[1] - value_zero_point) * (factor[1] - factor_zero_point);
          sums.sum_2 += (value[2] - value_zero_point) * (factor[2] - factor_zero_point);
          sums.sum_3 += (value[3] - value_zero_point) * (factor[3] - factor_zero_point);
          value += work.value_step;
          factor += work.factor_step;
        }
        row += work.value_row;
        row_factors += work.factor_row;
      }
      sums.keep(to);
    }
  }

  template <bool in_fours>
  static BURIN_SHARED void one_input(const FourProducts& work) {
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centred ? 0 : work.factor_zero_point;
    const int32_t factor_step = work.factor_step;
    for (int32_t block = 0; block < work.blocks; ++block) {
      int32_t* const to = work.sums + 4 * block;
      Sums sums(to);
      const Value* row = values_of(work) + block * work.value_block;
      const int8_t* row_factors = work.factors + block * work.factor_block;
      for (int32_t rows = work.rows; rows > 0; --rows) {
        const Value* value = row;
        const Value* const end = row + work.length;
        const int8_t* factor = row_factors;
        if (in_fours && factor_step == 4) {
          for (; end - value >= 4; value += 4, factor += 16) {
            products(value[0] - value_zero_point, factor, 4, factor_zero_point, sums);
            products(value[1] - value_zero_point, factor + 1, 4, factor_zero_point, sums);
            products(value[2] - value_zero_point, factor + 2, 4, factor_zero_point, sums);
            products(value[3] - value_zero_point, factor + 3, 4, factor_zero_point, sums);
          }
        }
        for (; value != end; ++value, factor += factor_step)
          products(*value - value_zero_point, factor, 1, factor_zero_point, sums);
        row += work.value_row;
        row_factors += work.factor_row;
      }
      sums.keep(to);
    }
  }

  static BURIN_ALWAYS_INLINE void products(int32_t value, const int8_t* factor, int32_t distance,
                                           int32_t factor_zero_point, Sums& sums) {
    int32_t factor_0 = factor[0];
    int32_t factor_1 = factor[distance];
    int32_t factor_2 = factor[2 * distance];
    int32_t factor_3 = factor[3 * distance];
#if defined(__GNUC__) && defined(__ARM_ARCH) && __ARM_ARCH >= 7
    // Loads that follow each other take one cycle each, where there are registers for all of them.
    __asm__("" : "+r"(value), "+r"(factor_0), "+r"(factor_1), "+r"(factor_2), "+r"(factor_3));
#endif
    sums.sum_0 += value * (factor_0 - factor_zero_point);
    sums.sum_1 += value * (factor_1 - factor_zero_point);
    sums.sum_2 += value * (factor_2 - factor_zero_point);
    sums.sum_3 += value * (factor_3 - factor_zero_point);
  }
#endif  // !BURIN_FOUR_PRODUCTS_DSP
};

#ifdef BURIN_HOST
struct FourProductsPacker {
  // What may be read behind any weights.
  static constexpr size_t behind = 3;

  // From rows of weights, one an output channel. Blocks of four have them in fours, run by run, where
  // `in_fours`.
  static std::vector<int8_t> pack(std::span<const int8_t> rows, size_t channels, size_t groups, size_t run,
                                  bool in_fours) {
    const size_t length = rows.size() / channels;
    const size_t in_group = channels / groups;
    std::vector<int8_t> packed;
    packed.reserve(rows.size() + behind);
    for (size_t first = 0; first < channels;) {
      const size_t width = std::min<size_t>(4, in_group - first % in_group);
      for (size_t i = 0; i < length;) {
        const bool four = in_fours && width == 4 && run - i % run >= 4;
        const size_t step = four ? 4 : 1;
        for (size_t k = 0; k < width; ++k)
          for (size_t j = 0; j < step; ++j) packed.push_back(rows[(first + k) * length + i + j]);
        i += step;
      }
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
