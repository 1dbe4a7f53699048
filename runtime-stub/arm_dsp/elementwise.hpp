// Loops over int8 elements on cores with the DSP extension: sums of two tensors by a linear form,
//
//   output = SSAT8((offset + (A * 256 * left >> 16) + (B * 256 * right >> 16)) >> 20)
//
// with factors A and B, four elements a round. Registers and cycles stand at each loop.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
struct ArmDspSum {
  const int8_t* left;
  const int8_t* right;
  int8_t* output;
  int32_t count;
  int32_t left_factor;
  int32_t right_factor;
  int32_t offset;
};

// clang-format off

// Four elements in 23 cycles. r0 left, r1 right, r2 output, r4 r5 factors, r6 offset, r7 0xff00ff00.
#define BURIN_SUM                                \
  "  ldr r8, [r0], #4\n"                         \
  "  ldr r9, [r1], #4\n"                         \
  "  and r10, r7, r8, lsl #8\n"                  \
  "  and r8, r7, r8\n"                           \
  "  and r11, r7, r9, lsl #8\n"                  \
  "  and r9, r7, r9\n"                           \
  "  smlawb r12, r4, r10, r6\n"                  \
  "  smlawt r10, r4, r10, r6\n"                  \
  "  smlawb lr, r4, r8, r6\n"                    \
  "  smlawt r8, r4, r8, r6\n"                    \
  "  smlawb r12, r5, r11, r12\n"                 \
  "  smlawt r10, r5, r11, r10\n"                 \
  "  smlawb lr, r5, r9, lr\n"                    \
  "  smlawt r8, r5, r9, r8\n"                    \
  "  ssat r12, #8, r12, asr #20\n"               \
  "  ssat r10, #8, r10, asr #20\n"               \
  "  ssat lr, #8, lr, asr #20\n"                 \
  "  ssat r8, #8, r8, asr #20\n"                 \
  "  strb lr, [r2, #1]\n"                        \
  "  strb r10, [r2, #2]\n"                       \
  "  strb r8, [r2, #3]\n"                        \
  "  strb r12, [r2], #4\n"

struct ArmDspElementwise {
  // output = SSAT8((offset + ((left_factor * 256 * left) >> 16) + ((right_factor * 256 * right) >> 16)) >>
  // 20). The output may be either input. 25 cycles for four elements.
  static BURIN_NAKED void add(const ArmDspSum*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0, {r0-r6}\n"
        "  mov r7, #0xff00ff00\n"
        "  subs r3, #8\n"
        "  blo 2f\n"
        "1:\n"
        BURIN_SUM
        BURIN_SUM
        "  subs r3, #8\n"
        "  bhs 1b\n"
        "2:\n"
        "  adds r3, #8\n"
        "  beq 4f\n"
        "3:\n"
        "  ldrsb r8, [r0], #1\n"
        "  ldrsb r9, [r1], #1\n"
        "  lsl r8, r8, #8\n"
        "  lsl r9, r9, #8\n"
        "  smlawb r8, r4, r8, r6\n"
        "  smlawb r8, r5, r9, r8\n"
        "  ssat r8, #8, r8, asr #20\n"
        "  strb r8, [r2], #1\n"
        "  subs r3, #1\n"
        "  bne 3b\n"
        "4:\n"
        "  pop {r4-r11, pc}\n");
  }

  // values[i] = min(max(values[i], lowest), highest) for `count` values. Each bound stands four times in
  // its word.
  static BURIN_NAKED void clamp(int8_t*, int32_t, uint32_t, uint32_t) {
    __asm__(
        ".syntax unified\n"
        "  push {r4, lr}\n"
        "  subs r1, #4\n"
        "  blo 2f\n"
        "1:\n"
        "  ldr r4, [r0]\n"
        "  ssub8 r12, r4, r2\n"
        "  sel r4, r4, r2\n"
        "  ssub8 r12, r3, r4\n"
        "  sel r4, r4, r3\n"
        "  str r4, [r0], #4\n"
        "  subs r1, #4\n"
        "  bhs 1b\n"
        "2:\n"
        "  adds r1, #4\n"
        "  beq 4f\n"
        "3:\n"
        "  ldrb r4, [r0]\n"
        "  ssub8 r12, r4, r2\n"
        "  sel r4, r4, r2\n"
        "  ssub8 r12, r3, r4\n"
        "  sel r4, r4, r3\n"
        "  strb r4, [r0], #1\n"
        "  subs r1, #1\n"
        "  bne 3b\n"
        "4:\n"
        "  pop {r4, pc}\n");
  }
};

#undef BURIN_SUM
// clang-format on
#endif  // !BURIN_HOST

}  // namespace burin_kernels
