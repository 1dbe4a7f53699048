// The inner loops of an int8 matrix times a vector on cores with the DSP extension: eight outputs at a time.
//
// A halfword of dual weights holds those of two outputs a and b for one input: 256 * w[a] + w[b]. A word
// holds two inputs. With S = sum of w * x, SMLAD(word, x) accumulates D = 256 * S[a] + S[b], and
// SMLAD(SXTB16(word), x) accumulates S[b]; D - S[b] = 256 * S[a], exact where -2^23 <= S[a] < 2^23. A sum s
// becomes an output by
//   x = (s * multiplier + 2^30) >> 31; x -= (x < 0)
//   output = SSAT8((x >> r) + ((x >> (r - 1)) & 1) + zero point)
// the double rounding, with m = 2 * multiplier as int32. Where numbers are rounded once, x is (s *
// multiplier)
// >> 31, without the correction: floors nest, so (floor(a m / 2^31) + 2^(r-1)) >> r is (a m + 2^(30+r)) >>
// (31+r).
//
// Columns:
// The vector, widened to int16: for each four bytes b0 b1 b2 b3 the words (b0, b2) (b1, b3), a step each. A
// remainder is filled up with anything; its weights are 0. So there is an even number of steps.
//
// Stream:
// For each eight outputs 0 to 7:
//   | dual(0,1) dual(2,3) dual(4,5) dual(6,7) of step 0 | those of step 1 | ... |
//   | m0 m1 b0 b1 | m2 m3 b2 b3 | m4 m5 b4 b5 | m6 m7 b6 b7 | r0 ... r7 |
// then for each pair of what is left:
//   | dual(0,1) of step 0 | of step 1 | ... | m0 m1 b0 b1 | r0 r1 |
//
// Cost, modeled Cortex-M4 cycles:
// Eight outputs: 37 for two steps (32 products), 6 more for every 8 steps, about 115 for the rest. Ten loads
// for two steps go in three batches, as four registers are left for them. A pair: 26 for four steps (16
// products), 45.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
struct ArmDspVectorProduct {
  uintptr_t columns;      // address of the first word of the columns, less 4: no object need lie there
  uintptr_t columns_end;  // of the last word of the columns
  int32_t skip;           // 8 * (step pairs by which the steps fall short of a multiple of 8)
  int32_t entry;          // for the routine's own use
  int8_t* output;
  int32_t output_zero_point;
  int32_t eights;  // groups of eight outputs
  int32_t rest;    // outputs after them, 0 to 7
  const uint32_t* stream;
  int32_t clamp;      // activation_max * 256 + (activation_min & 255)
  int32_t alignment;  // of the stack to 8 bytes
};

// clang-format off

// r0 columns, r1 stream, both less 4 bytes; r2 to r5 activations and dual weights; accumulators r6 D(0,1),
// r7 S(1), r8 D(2,3), r9 S(3), r10 D(4,5), r11 S(5), r12 D(6,7), lr S(7). The stack holds an
// ArmDspVectorProduct whose output, eights and rest advance: 0 columns, 4 end, 8 skip, 12 entry, 16 output, 20 zero
// point, 24 eights, 28 rest, 32 stream, 36 clamp.
#define BURIN_VECTOR_PRODUCT(high)                                                                       \
  ".syntax unified\n"                                                                                    \
  "  push {r4-r11, lr}\n"                                                                                \
  "  ldm r0, {r2-r12}\n"                                                                                 \
  BURIN_CODE_OFFSET("", "r5", "10f", "9f")                                                               \
  BURIN_CODE_ADDRESS("r5", "9")                                                                          \
  "  movs r0, #29\n"  /* 8 bytes of columns for two steps that are skipped, but 116 of instructions */   \
  "  muls r0, r4, r0\n"                                                                                  \
  "  add r5, r5, r0, lsr #1\n"                                                                           \
  "  push {r2-r12}\n"                                                                                    \
  "  sub.w r1, r10, #4\n"                                                                                \
  "  cmp r8, #0\n"                                                                                       \
  "  beq.w 50f\n"                                                                                        \
  "  b.w 20f\n"                                                                                          \
  "  .balign 4\n"                                                                                        \
  "10:\n"                                                                                                \
  "  .irp pair, 0, 1, 2\n"                                                                               \
  "  ldr.n r2, [r0, #\\pair * 8 + 4]\n"                                                                  \
  "  ldr.n r3, [r1, #\\pair * 32 + 4]\n"                                                                 \
  "  ldr.n r4, [r1, #\\pair * 32 + 8]\n"                                                                 \
  "  ldr.n r5, [r1, #\\pair * 32 + 12]\n"                                                                \
  "  smlad r6, r3, r2, r6\n"                                                                             \
  "  smlad r8, r4, r2, r8\n"                                                                             \
  "  smlad r10, r5, r2, r10\n"                                                                           \
  "  sxtb16 r3, r3\n"                                                                                    \
  "  sxtb16 r4, r4\n"                                                                                    \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r7, r3, r2, r7\n"                                                                             \
  "  smlad r9, r4, r2, r9\n"                                                                             \
  "  smlad r11, r5, r2, r11\n"                                                                           \
  "  ldr.n r3, [r1, #\\pair * 32 + 16]\n"                                                                \
  "  ldr.n r4, [r0, #\\pair * 8 + 8]\n"                                                                  \
  "  ldr.n r5, [r1, #\\pair * 32 + 20]\n"                                                                \
  "  smlad r12, r3, r2, r12\n"                                                                           \
  "  sxtb16 r3, r3\n"                                                                                    \
  "  smlad lr, r3, r2, lr\n"                                                                             \
  "  smlad r6, r5, r4, r6\n"                                                                             \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r7, r5, r4, r7\n"                                                                             \
  "  ldr.n r2, [r1, #\\pair * 32 + 24]\n"                                                                \
  "  ldr.n r3, [r1, #\\pair * 32 + 28]\n"                                                                \
  "  ldr.n r5, [r1, #\\pair * 32 + 32]\n"                                                                \
  "  smlad r8, r2, r4, r8\n"                                                                             \
  "  smlad r10, r3, r4, r10\n"                                                                           \
  "  smlad r12, r5, r4, r12\n"                                                                           \
  "  sxtb16 r2, r2\n"                                                                                    \
  "  sxtb16 r3, r3\n"                                                                                    \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r9, r2, r4, r9\n"                                                                             \
  "  smlad r11, r3, r4, r11\n"                                                                           \
  "  smlad lr, r5, r4, lr\n"                                                                             \
  "  .endr\n"                                                                                            \
  /* The fourth pair moves the pointers on. */                                                           \
  "  ldr.n r2, [r0, #28]\n"                                                                              \
  "  ldr.n r3, [r1, #100]\n"                                                                             \
  "  ldr.n r4, [r1, #104]\n"                                                                             \
  "  ldr.n r5, [r1, #108]\n"                                                                             \
  "  smlad r6, r3, r2, r6\n"                                                                             \
  "  smlad r8, r4, r2, r8\n"                                                                             \
  "  smlad r10, r5, r2, r10\n"                                                                           \
  "  sxtb16 r3, r3\n"                                                                                    \
  "  sxtb16 r4, r4\n"                                                                                    \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r7, r3, r2, r7\n"                                                                             \
  "  smlad r9, r4, r2, r9\n"                                                                             \
  "  smlad r11, r5, r2, r11\n"                                                                           \
  "  ldr r3, [r1, #112]\n"                                                                               \
  "  ldr r4, [r0, #32]!\n"                                                                               \
  "  ldr r5, [r1, #116]\n"                                                                               \
  "  smlad r12, r3, r2, r12\n"                                                                           \
  "  sxtb16 r3, r3\n"                                                                                    \
  "  smlad lr, r3, r2, lr\n"                                                                             \
  "  smlad r6, r5, r4, r6\n"                                                                             \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r7, r5, r4, r7\n"                                                                             \
  "  ldr r2, [r1, #120]\n"                                                                               \
  "  ldr r3, [r1, #124]\n"                                                                               \
  "  ldr r5, [r1, #128]!\n"                                                                              \
  "  smlad r8, r2, r4, r8\n"                                                                             \
  "  smlad r10, r3, r4, r10\n"                                                                           \
  "  smlad r12, r5, r4, r12\n"                                                                           \
  "  sxtb16 r2, r2\n"                                                                                    \
  "  sxtb16 r3, r3\n"                                                                                    \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r9, r2, r4, r9\n"                                                                             \
  "  smlad r11, r3, r4, r11\n"                                                                           \
  "  smlad lr, r5, r4, lr\n"                                                                             \
  "  ldr r2, [sp, #4]\n"                                                                                 \
  "  cmp r0, r2\n"                                                                                       \
  "  bne.w 10b\n"                                                                                        \
  /* S(a) = (D - S(b)) / 256, biases, the doubling high multiply. */                                     \
  "  ldr r2, [r1, #4]\n"                                                                                 \
  "  ldr r3, [r1, #8]\n"                                                                                 \
  "  ldr r4, [r1, #12]\n"                                                                                \
  "  ldr r5, [r1, #16]\n"                                                                                \
  "  sub.w r6, r6, r7\n"                                                                                 \
  "  add.w r6, r4, r6, asr #8\n"                                                                         \
  "  add r7, r5\n"                                                                                       \
  "  " high " r6, r6, r2, r6\n"                                                                          \
  "  " high " r7, r7, r3, r7\n"                                                                          \
  "  ldr r2, [r1, #20]\n"                                                                                \
  "  ldr r3, [r1, #24]\n"                                                                                \
  "  ldr r4, [r1, #28]\n"                                                                                \
  "  ldr r5, [r1, #32]\n"                                                                                \
  "  sub.w r8, r8, r9\n"                                                                                 \
  "  add.w r8, r4, r8, asr #8\n"                                                                         \
  "  add r9, r5\n"                                                                                       \
  "  " high " r8, r8, r2, r8\n"                                                                          \
  "  " high " r9, r9, r3, r9\n"                                                                          \
  "  ldr r2, [r1, #36]\n"                                                                                \
  "  ldr r3, [r1, #40]\n"                                                                                \
  "  ldr r4, [r1, #44]\n"                                                                                \
  "  ldr r5, [r1, #48]\n"                                                                                \
  "  sub.w r10, r10, r11\n"                                                                              \
  "  add.w r10, r4, r10, asr #8\n"                                                                       \
  "  add r11, r5\n"                                                                                      \
  "  " high " r10, r10, r2, r10\n"                                                                       \
  "  " high " r11, r11, r3, r11\n"                                                                       \
  "  ldr r2, [r1, #52]\n"                                                                                \
  "  ldr r3, [r1, #56]\n"                                                                                \
  "  ldr r4, [r1, #60]\n"                                                                                \
  "  ldr r5, [r1, #64]\n"                                                                                \
  "  sub.w r12, r12, lr\n"                                                                               \
  "  add.w r12, r4, r12, asr #8\n"                                                                       \
  "  add lr, r5\n"                                                                                       \
  "  " high " r12, r12, r2, r12\n"                                                                       \
  "  " high " lr, lr, r3, lr\n"                                                                          \
  /* The rounding shift and the zero point. */                                                           \
  "  ldr r2, [r1, #68]\n"                                                                                \
  "  ldr r3, [r1, #72]\n"                                                                                \
  "  ldr r4, [r1, #76]\n"                                                                                \
  "  ldr r5, [r1, #80]\n"                                                                                \
  "  ldr r0, [sp, #20]\n"                                                                                \
  "  cmp r2, #0\n"                                                                                       \
  "  bmi 11f\n"                                                                                          \
  "  add.w r6, r6, r6, asr #31\n"                                                                        \
  "  add.w r7, r7, r7, asr #31\n"                                                                        \
  "  add.w r8, r8, r8, asr #31\n"                                                                        \
  "  add.w r9, r9, r9, asr #31\n"                                                                        \
  "  add.w r10, r10, r10, asr #31\n"                                                                     \
  "  add.w r11, r11, r11, asr #31\n"                                                                     \
  "  add.w r12, r12, r12, asr #31\n"                                                                     \
  "  add.w lr, lr, lr, asr #31\n"                                                                        \
  "11:\n"                                                                                                \
  "  asrs.w r6, r6, r2\n"                                                                                \
  "  adc.w r6, r6, r0\n"                                                                                 \
  "  asrs.w r7, r7, r3\n"                                                                                \
  "  adc.w r7, r7, r0\n"                                                                                 \
  "  asrs.w r8, r8, r4\n"                                                                                \
  "  adc.w r8, r8, r0\n"                                                                                 \
  "  asrs.w r9, r9, r5\n"                                                                                \
  "  adc.w r9, r9, r0\n"                                                                                 \
  "  ldr r5, [r1, #96]\n"                                                                                \
  "  ldr r2, [r1, #84]\n"                                                                                \
  "  ldr r4, [r1, #92]\n"                                                                                \
  "  asrs.w lr, lr, r5\n"                                                                                \
  "  adc.w lr, lr, r0\n"                                                                                 \
  "  asrs.w r10, r10, r2\n"                                                                              \
  "  adc.w r10, r10, r0\n"                                                                               \
  "  asrs.w r12, r12, r4\n"                                                                              \
  "  adc.w r12, r12, r0\n"                                                                               \
  "  ldr r5, [r1, #88]\n"                                                                                \
  "  ldr r2, [sp, #16]\n"                                                                                \
  "  asrs.w r11, r11, r5\n"                                                                              \
  "  adc.w r11, r11, r0\n"                                                                               \
  "  ssat r6, #8, r6\n"                                                                                  \
  "  ssat r7, #8, r7\n"                                                                                  \
  "  ssat r8, #8, r8\n"                                                                                  \
  "  ssat r9, #8, r9\n"                                                                                  \
  "  ssat r10, #8, r10\n"                                                                                \
  "  ssat r11, #8, r11\n"                                                                                \
  "  ssat r12, #8, r12\n"                                                                                \
  "  ssat lr, #8, lr\n"                                                                                  \
  "  adds r1, #96\n"                                                                                     \
  "  cmp r3, #0\n"                                                                                       \
  "  bmi.w 40f\n"                                                                                        \
  "12:\n"                                                                                                \
  "  ldr r0, [sp, #24]\n"                                                                                \
  "  strb r6, [r2]\n"                                                                                    \
  "  strb r7, [r2, #1]\n"                                                                                \
  "  strb r8, [r2, #2]\n"                                                                                \
  "  strb r9, [r2, #3]\n"                                                                                \
  "  strb r10, [r2, #4]\n"                                                                               \
  "  strb r11, [r2, #5]\n"                                                                               \
  "  strb r12, [r2, #6]\n"                                                                               \
  "  strb lr, [r2, #7]\n"                                                                                \
  "  adds r2, #8\n"                                                                                      \
  "  str r2, [sp, #16]\n"                                                                                \
  "  subs r0, #1\n"                                                                                      \
  "  str r0, [sp, #24]\n"                                                                                \
  "  beq.w 50f\n"                                                                                        \
  "20:\n"                                                                                                \
  "  ldr r0, [sp]\n"                                                                                     \
  "  ldr r2, [sp, #8]\n"                                                                                 \
  "  ldr r3, [sp, #12]\n"                                                                                \
  "  subs r0, r0, r2\n"                                                                                  \
  "  sub.w r1, r1, r2, lsl #2\n"                                                                         \
  "  movs r6, #0\n"                                                                                      \
  "  movs r7, #0\n"                                                                                      \
  "  mov.w r8, #0\n"                                                                                     \
  "  mov.w r9, #0\n"                                                                                     \
  "  mov.w r10, #0\n"                                                                                    \
  "  mov.w r11, #0\n"                                                                                    \
  "  mov.w r12, #0\n"                                                                                    \
  "  mov.w lr, #0\n"                                                                                     \
  "  bx r3\n"                                                                                            \
  /* A clamp narrower than int8: four bytes at once. */                                                  \
  "40:\n"                                                                                                \
  "  ldr r4, [sp, #36]\n"                                                                                \
  "  uxtb r3, r4\n"                                                                                      \
  "  lsrs r4, r4, #8\n"                                                                                  \
  "  uxtb r4, r4\n"                                                                                      \
  "  mov.w r0, #0x01010101\n"                                                                            \
  "  muls r3, r0, r3\n"                                                                                  \
  "  muls r4, r0, r4\n"                                                                                  \
  "  bfi r6, r7, #8, #8\n"                                                                               \
  "  bfi r8, r9, #8, #8\n"                                                                               \
  "  pkhbt r6, r6, r8, lsl #16\n"                                                                        \
  "  ssub8 r0, r6, r3\n"                                                                                 \
  "  sel r6, r6, r3\n"                                                                                   \
  "  ssub8 r0, r4, r6\n"                                                                                 \
  "  sel r6, r6, r4\n"                                                                                   \
  "  lsr.w r7, r6, #8\n"                                                                                 \
  "  lsr.w r8, r6, #16\n"                                                                                \
  "  lsr.w r9, r6, #24\n"                                                                                \
  "  bfi r10, r11, #8, #8\n"                                                                             \
  "  bfi r12, lr, #8, #8\n"                                                                              \
  "  pkhbt r10, r10, r12, lsl #16\n"                                                                     \
  "  ssub8 r0, r10, r3\n"                                                                                \
  "  sel r10, r10, r3\n"                                                                                 \
  "  ssub8 r0, r4, r10\n"                                                                                \
  "  sel r10, r10, r4\n"                                                                                 \
  "  lsr.w r11, r10, #8\n"                                                                               \
  "  lsr.w r12, r10, #16\n"                                                                              \
  "  lsr.w lr, r10, #24\n"                                                                               \
  "  b 12b\n"                                                                                            \
  /* The rest by pairs: r6 D, r7 S, r8 end of the columns. */                                            \
  "50:\n"                                                                                                \
  "  ldr r9, [sp, #28]\n"                                                                                \
  "  cmp r9, #0\n"                                                                                       \
  "  beq.w 60f\n"                                                                                        \
  "  ldr r8, [sp, #4]\n"                                                                                 \
  "51:\n"                                                                                                \
  "  ldr r0, [sp]\n"                                                                                     \
  "  movs r6, #0\n"                                                                                      \
  "  movs r7, #0\n"                                                                                      \
  "  sub r2, r8, r0\n"                                                                                   \
  "  lsls r2, r2, #28\n"  /* the steps are a multiple of 4, or 2 more */                                 \
  "  bne 53f\n"                                                                                          \
  "52:\n"                                                                                                \
  "  ldr r2, [r0, #4]\n"                                                                                 \
  "  ldr r4, [r1, #4]\n"                                                                                 \
  "  ldr r3, [r0, #8]!\n"                                                                                \
  "  ldr r5, [r1, #8]!\n"                                                                                \
  "  smlad r6, r4, r2, r6\n"                                                                             \
  "  sxtb16 r4, r4\n"                                                                                    \
  "  smlad r7, r4, r2, r7\n"                                                                             \
  "  smlad r6, r5, r3, r6\n"                                                                             \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r7, r5, r3, r7\n"                                                                             \
  "53:\n"                                                                                                \
  "  ldr r2, [r0, #4]\n"                                                                                 \
  "  ldr r4, [r1, #4]\n"                                                                                 \
  "  ldr r3, [r0, #8]!\n"                                                                                \
  "  ldr r5, [r1, #8]!\n"                                                                                \
  "  smlad r6, r4, r2, r6\n"                                                                             \
  "  sxtb16 r4, r4\n"                                                                                    \
  "  smlad r7, r4, r2, r7\n"                                                                             \
  "  smlad r6, r5, r3, r6\n"                                                                             \
  "  sxtb16 r5, r5\n"                                                                                    \
  "  smlad r7, r5, r3, r7\n"                                                                             \
  "  cmp r0, r8\n"                                                                                       \
  "  bne 52b\n"                                                                                          \
  "  ldr r2, [r1, #4]\n"                                                                                 \
  "  ldr r3, [r1, #8]\n"                                                                                 \
  "  ldr r4, [r1, #12]\n"                                                                                \
  "  ldr r5, [r1, #16]\n"                                                                                \
  "  ldr r10, [r1, #20]\n"                                                                               \
  "  ldr r11, [r1, #24]!\n"                                                                              \
  "  ldr r12, [sp, #20]\n"                                                                               \
  "  ldr lr, [sp, #16]\n"                                                                                \
  "  ldr r0, [sp, #36]\n"                                                                                \
  "  subs r6, r6, r7\n"                                                                                  \
  "  add.w r6, r4, r6, asr #8\n"                                                                         \
  "  add r7, r5\n"                                                                                       \
  "  " high " r6, r6, r2, r6\n"                                                                          \
  "  " high " r7, r7, r3, r7\n"                                                                          \
  "  cmp.w r10, #0\n"                                                                                    \
  "  itt pl\n"                                                                                           \
  "  addpl.w r6, r6, r6, asr #31\n"                                                                      \
  "  addpl.w r7, r7, r7, asr #31\n"                                                                      \
  "  asrs.w r6, r6, r10\n"                                                                               \
  "  adc.w r6, r6, r12\n"                                                                                \
  "  asrs.w r7, r7, r11\n"                                                                               \
  "  adc.w r7, r7, r12\n"                                                                                \
  "  sxtb r3, r0\n"                                                                                      \
  "  asrs r4, r0, #8\n"                                                                                  \
  "  cmp r6, r3\n"                                                                                       \
  "  it lt\n"                                                                                            \
  "  movlt r6, r3\n"                                                                                     \
  "  cmp r6, r4\n"                                                                                       \
  "  it gt\n"                                                                                            \
  "  movgt r6, r4\n"                                                                                     \
  "  cmp r7, r3\n"                                                                                       \
  "  it lt\n"                                                                                            \
  "  movlt r7, r3\n"                                                                                     \
  "  cmp r7, r4\n"                                                                                       \
  "  it gt\n"                                                                                            \
  "  movgt r7, r4\n"                                                                                     \
  "  strb r6, [lr]\n"                                                                                    \
  "  subs.w r9, r9, #2\n"                                                                                \
  "  it hs\n"                                                                                            \
  "  strbhs r7, [lr, #1]\n"                                                                              \
  "  add.w lr, lr, #2\n"                                                                                 \
  "  str lr, [sp, #16]\n"                                                                                \
  "  bhi.w 51b\n"                                                                                        \
  "60:\n"                                                                                                \
  "  add sp, #44\n"                                                                                      \
  "  pop {r4-r11, pc}\n"

// clang-format on

struct ArmDspVector {
  // r0 source, r1 columns, r2 bytes.
  static BURIN_NAKED void widen(const int8_t*, uint32_t*, int32_t) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r8, lr}\n"
        "  subs r2, #16\n"
        "  blo 2f\n"
        "1:\n"
        "  ldr r4, [r0, #4]\n"
        "  ldr r5, [r0, #8]\n"
        "  ldr r6, [r0, #12]\n"
        "  ldr r3, [r0], #16\n"
        "  sxtb16 r7, r4\n"
        "  sxtb16 r4, r4, ror #8\n"
        "  str r7, [r1, #8]\n"
        "  str r4, [r1, #12]\n"
        "  sxtb16 r7, r5\n"
        "  sxtb16 r5, r5, ror #8\n"
        "  str r7, [r1, #16]\n"
        "  str r5, [r1, #20]\n"
        "  sxtb16 r7, r6\n"
        "  sxtb16 r6, r6, ror #8\n"
        "  str r7, [r1, #24]\n"
        "  str r6, [r1, #28]\n"
        "  sxtb16 r7, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  str r3, [r1, #4]\n"
        "  str r7, [r1], #32\n"
        "  subs r2, #16\n"
        "  bhs 1b\n"
        "2:\n"
        "  adds r2, #16\n"
        "3:\n"
        "  subs r2, #4\n"
        "  blo 4f\n"
        "  ldr r3, [r0], #4\n"
        "  sxtb16 r7, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  str r3, [r1, #4]\n"
        "  str r7, [r1], #8\n"
        "  b 3b\n"
        "4:\n"
        "  adds r2, #4\n"
        "  beq 5f\n"
        "  cmp r2, #2\n"
        "  ldrsb r3, [r0]\n"
        "  it hs\n"
        "  ldrsbhs r4, [r0, #1]\n"
        "  it hi\n"
        "  ldrsbhi r5, [r0, #2]\n"
        "  pkhbt r3, r3, r5, lsl #16\n"
        "  str r3, [r1]\n"
        "  str r4, [r1, #4]\n"
        "5:\n"
        "  pop {r4-r8, pc}\n");
  }

  // The definition that rounds twice.
  static BURIN_NAKED void multiply(const ArmDspVectorProduct*) { __asm__(BURIN_VECTOR_PRODUCT("smmlar")); }
  // The one that rounds once, with the flag in every stream that leaves out what is for negative sums.
  static BURIN_NAKED void multiply_once(const ArmDspVectorProduct*) {
    __asm__(BURIN_VECTOR_PRODUCT("smmla"));
  }
};

#undef BURIN_VECTOR_PRODUCT
#endif  // !BURIN_HOST

}  // namespace burin_kernels
