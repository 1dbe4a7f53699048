// The sums of products of generic/four_products.hpp on cores with the DSP extension: words of four bytes are
// widened to pairs of halfwords, less their zero points, and multiplied in pairs. Both zero points may be
// any, as widening and adding is one instruction.
//
// Registers: four sums, two pointers, a count, both zero points, five for loaded and widened words; what
// counts rows and blocks lies on the stack.
//
// Cost of the inner loops, modeled Cortex-M4 cycles: of four_of_one 30 for 16 products in fours, 34 in turn;
// of four_of_four 18 for 4. A block of four sums adds 40, and 24 a row.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"
#include "generic/four_products.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
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

// All rows of all blocks. r0 the work; r1 values, r2 factors, r3 what is left of a row, r4 to r7 sums, r8 and
// r9 what is added to both halves of widened values and factors, the rest for loaded and widened words. The
// stack holds 0 the work, 4 rows and 8 blocks that are left, of the block 12 values, 16 factors, 20 sums; 24 is
// the row's. A row keeps r4 to r9, and leaves r0 to r2 as they were.
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

template <class Value, bool centered>
struct FourProductsOf<ArmDsp, Value, centered> : PortableFourProducts<Value, centered> {
  static constexpr FourProducts::Function four_of_one(bool in_fours) {
    return is_signed() ? in_fours ? FourProductsDsp::in_fours_s8 : FourProductsDsp::in_turn_s8
           : in_fours  ? FourProductsDsp::in_fours_u8
                       : FourProductsDsp::in_turn_u8;
  }
  static constexpr FourProducts::Function four_of_four() {
    return is_signed() ? FourProductsDsp::four_of_four_s8 : FourProductsDsp::four_of_four_u8;
  }

 private:
  static constexpr bool is_signed() { return static_cast<Value>(-1) < static_cast<Value>(1); }
};
#endif  // !BURIN_HOST

}  // namespace burin_kernels
