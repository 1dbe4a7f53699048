// One window of an int8 depthwise convolution of any shape on cores with the DSP extension, four channels at
// once.
//
// Taps are taken in pairs. Two words hold four channels of tap t and of tap t + 1; halves exchanged, and
// widened by SXTB16, they become a word of two taps for each channel. Weights are packed so that the same
// SXTB16 does for them. With depth multiplier m a call makes one output of each channel, which lie m bytes
// apart:
//
//   stream, for each four channels 0 1 2 3 (the last group may repeat some of the one before it):
//   | b0 b1 b2 b3 |  for each pair of taps t u:  | 0t 1t 0u 1u | 2t 3t 2u 3u |  ... | M0 K0 r0 | M1 K1 r1 |
//   ...
//
// b is the bias with the input's zero point folded in, M = 2 m as int32 with 2^30 <= m < 2^31, and with a sum
// a
//
//   h = SMMLAR(a, M) + a = floor((a m + 2^30) / 2^31);  h -= h < 0;  output = SSAT8((h + K) >> r)
//   K = 2^(r-1) + zero point * 2^r
//
// which is the reference's double rounding. The single one needs neither the first rounding nor what undoes
// it for negative sums: floor((floor(a m / 2^31) + 2^(r-1)) / 2^r) = floor((a m + 2^(30+r)) / 2^(31+r)), as
// floors nest, so h = SMMLA(a, M) + a.
//
// Registers: sums in r4 to r7, two taps in r8 and r9 and then in r12 and lr, weights in r10 and r11.
//
// Cost, modeled Cortex-M4 cycles: 26 for two taps of four channels, and 77 besides.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
struct ArmDspDepthwiseWindow {
  const int8_t* const* taps;  // the first channel of every tap, an even number of them
  const uint32_t* stream;
  int8_t* output;
  int32_t channels;    // of the input, at least 4
  int32_t pairs;       // of taps
  int32_t multiplier;  // bytes from a channel's output to that of the next channel
};

// clang-format off

// A channel of a pair of taps. r8 data, r9 weights.
#define BURIN_CHANNEL(data, weights, rotation, sum)  \
  "  sxtb16 r8, " data rotation "\n"                 \
  "  sxtb16 r9, " weights rotation "\n"              \
  "  smlad " sum ", r8, r9, " sum "\n"
#define BURIN_ONCE(sum)                              \
  "  smmla " sum ", " sum ", r8, " sum "\n"
#define BURIN_TWICE(sum)                             \
  "  smmlar " sum ", " sum ", r8, " sum "\n"         \
  "  add " sum ", " sum ", " sum ", asr #31\n"
#define BURIN_FINISH(round, sum)                     \
  "  ldm r1!, {r8-r10}\n"                            \
  round(sum)                                         \
  "  add " sum ", r9\n"                              \
  "  asr " sum ", " sum ", r10\n"                    \
  "  ssat " sum ", #8, " sum "\n"

// r0 taps, r1 stream, r2 channel, r3 pairs left, r4-r7 sums. Stack: 0 taps, 4 output, 8 channels left, 12 pairs,
// 16 multiplier.
#define BURIN_WINDOW(round)                                                              \
  ".syntax unified\n"                                                                    \
  "  push {r4-r11, lr}\n"                                                                \
  "  ldm r0, {r0-r5}\n"                                                                  \
  "  push {r0, r2-r5}\n"                                                                 \
  "  movs r2, #0\n"                                                                      \
  "1:\n"                                                                                 \
  "  ldm r1!, {r4-r7}\n"                                                                 \
  "  ldr r0, [sp]\n"                                                                     \
  "  ldr r3, [sp, #12]\n"                                                                \
  "2:\n"                                                                                 \
  "  ldrd r8, r9, [r0], #8\n"                                                            \
  "  ldr r8, [r8, r2]\n"                                                                 \
  "  ldr r9, [r9, r2]\n"                                                                 \
  "  ldr r10, [r1], #4\n"                                                                \
  "  ldr r11, [r1], #4\n"                                                                \
  "  pkhbt r12, r8, r9, lsl #16\n"                                                       \
  "  pkhtb lr, r9, r8, asr #16\n"                                                        \
  BURIN_CHANNEL("r12", "r10", "", "r4")                                                  \
  BURIN_CHANNEL("r12", "r10", ", ror #8", "r5")                                          \
  BURIN_CHANNEL("lr", "r11", "", "r6")                                                   \
  BURIN_CHANNEL("lr", "r11", ", ror #8", "r7")                                           \
  "  subs r3, #1\n"                                                                      \
  "  bne 2b\n"                                                                           \
  BURIN_FINISH(round, "r4")                                                              \
  BURIN_FINISH(round, "r5")                                                              \
  BURIN_FINISH(round, "r6")                                                              \
  BURIN_FINISH(round, "r7")                                                              \
  "  ldr r0, [sp, #4]\n"                                                                 \
  "  ldr r3, [sp, #8]\n"                                                                 \
  "  ldr r8, [sp, #16]\n"                                                                \
  "  add r9, r8, r8, lsl #1\n"                                                           \
  "  strb r4, [r0]\n"                                                                    \
  "  strb r5, [r0, r8]\n"                                                                \
  "  strb r6, [r0, r8, lsl #1]\n"                                                        \
  "  strb r7, [r0, r9]\n"                                                                \
  "  add r0, r0, r8, lsl #2\n"                                                           \
  "  adds r2, #4\n"                                                                      \
  "  subs r3, #4\n"                                                                      \
  "  beq 4f\n"                                                                           \
  "  cmp r3, #4\n"                                                                       \
  "  bhs 3f\n"                                                                           \
  "  subs r3, #4\n"                /* fewer than four are left: back to the last four */ \
  "  add r2, r3\n"                                                                       \
  "  mla r0, r3, r8, r0\n"                                                               \
  "  movs r3, #4\n"                                                                      \
  "3:\n"                                                                                 \
  "  str r0, [sp, #4]\n"                                                                 \
  "  str r3, [sp, #8]\n"                                                                 \
  "  b 1b\n"                                                                             \
  "4:\n"                                                                                 \
  "  add sp, #20\n"                                                                      \
  "  pop {r4-r11, pc}\n"

struct ArmDspDepthwiseAny {
  static BURIN_NAKED void round_twice(const ArmDspDepthwiseWindow*) { __asm__(BURIN_WINDOW(BURIN_TWICE)); }
  static BURIN_NAKED void round_once(const ArmDspDepthwiseWindow*) { __asm__(BURIN_WINDOW(BURIN_ONCE)); }
};

#undef BURIN_CHANNEL
#undef BURIN_ONCE
#undef BURIN_TWICE
#undef BURIN_FINISH
#undef BURIN_WINDOW
// clang-format on
#endif  // !BURIN_HOST

}  // namespace burin_kernels
