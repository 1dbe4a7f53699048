// Windows over int8 pixels on cores with the DSP extension: sums and maxima of their taps, four channels at
// once.
//
// Mean:
// SXTAB16 adds two of four bytes to sums of 16 bits, which hold up to 256 taps. A sum s becomes an output by
//
//   t = s + (s < 0 ? A : 0)        A is -1 or 0
//   output = SSAT8((C + ((t * 2^16 * M) >> 32)) >> 14)
//
// M, C and A are constants that Burin has compared with the definition for every sum; A serves definitions
// that round halves away from zero.
//
// The last group of four channels may repeat some of the one before it.
//
// Cost, modeled Cortex-M4 cycles: for each four channels 45 of a mean, 25 of a maximum, and 1.5 a tap and
// channel. Registers: the sums of four channels in r11 and r12, a tap of them in r10, pointers and counts in
// r0 to r9.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// The taps of a window that lie inside the image, at least one.
struct ArmDspWindow {
  const int8_t* input;  // the first channel of the first tap
  int8_t* output;       // of the first channel
  int32_t columns;
  int32_t rows;
  int32_t channels;     // at least 4; bytes from a column to the next
  int32_t next_row;     // bytes from behind the last column of a row to the first one of the next row ...
  const int8_t* end;    // ... and where that lies here or beyond,
  int32_t ring_bytes;   // this many less
  int32_t factor;       // mean: M; maximum: the least output, four times
  int32_t offset;       // mean: C; maximum: the greatest output, four times
  int32_t adjustment;   // mean: A, twice
  int32_t windows;      // of the same shape, with outputs one behind the other
  int32_t next_window;  // bytes from behind the last channel of the first tap to the next window's first tap
};

// clang-format off

// [sp] windows left, r0 channels left, r1 input, r2 output, r3 columns, r4 rows, r5 channels, r6 the
// argument; r7 tap, r8 columns left, r9 rows left, r10 r11 r12 lr for TAP, which takes the four channels at
// r10.
#define BURIN_BEGIN_WINDOWS                      \
  "  push {r4-r11, lr}\n"                        \
  "  mov r6, r0\n"                               \
  "  ldm r0, {r1-r5}\n"                          \
  "  ldr r0, [r6, #44]\n"                        \
  "  push {r0, r1}\n"                            \
  "  mov r0, r5\n"                               \
  "1:\n"                                         \
  "  mov r7, r1\n"                               \
  "  mov r9, r4\n"
#define BURIN_TAPS(tap)                          \
  "2:\n"                                         \
  "  lsrs r8, r3, #1\n"                          \
  "  mov r8, r3\n"                               \
  "  bcs 4f\n"                                   \
  "3:\n"                                         \
  "  ldr r10, [r7]\n"                            \
  "  add r7, r5\n"                               \
  tap                                            \
  "4:\n"                                         \
  "  ldr r10, [r7]\n"                            \
  "  add r7, r5\n"                               \
  tap                                            \
  "  subs r8, #2\n"                              \
  "  bhi 3b\n"                                   \
  "  subs r9, #1\n"                              \
  "  beq 5f\n"                                   \
  "  ldr r8, [r6, #20]\n"                        \
  "  ldr r10, [r6, #24]\n"                       \
  "  add r7, r8\n"                               \
  "  cmp r7, r10\n"                              \
  "  blo 2b\n"                                   \
  "  ldr r8, [r6, #28]\n"                        \
  "  subs r7, r7, r8\n"                          \
  "  b 2b\n"                                     \
  "5:\n"
// The output has moved on by 4. Where fewer than four channels are left, back to the last four.
#define BURIN_END_WINDOWS                        \
  "  adds r1, #4\n"                              \
  "  subs r0, #4\n"                              \
  "  beq 6f\n"                                   \
  "  cmp r0, #4\n"                               \
  "  bhs 1b\n"                                   \
  "  subs r0, #4\n"                              \
  "  add r1, r0\n"                               \
  "  add r2, r0\n"                               \
  "  movs r0, #4\n"                              \
  "  b 1b\n"                                     \
  "6:\n"                                         \
  "  ldr r7, [sp]\n"                             \
  "  ldr r8, [r6, #48]\n"                        \
  "  mov r0, r5\n"                               \
  "  add r1, r8\n"                               \
  "  subs r7, #1\n"                              \
  "  str r7, [sp]\n"                             \
  "  bne 1b\n"                                   \
  "  add sp, #8\n"                               \
  "  pop {r4-r11, pc}\n"

struct ArmDspPool {
  // r11 sums of channels 0 and 2, r12 of 1 and 3.
  static BURIN_NAKED void mean(const ArmDspWindow*) {
    __asm__(
        ".syntax unified\n"
        BURIN_BEGIN_WINDOWS
        "  mov r11, #0\n"
        "  mov r12, #0\n"
        BURIN_TAPS("  sxtab16 r11, r11, r10\n"
                   "  sxtab16 r12, r12, r10, ror #8\n")
        "  ldr r7, [r6, #40]\n"
        "  ldr r8, [r6, #32]\n"
        "  ldr r9, [r6, #36]\n"
        "  mov r10, #0\n"
        "  sadd16 lr, r11, r10\n"
        "  sel lr, r10, r7\n"
        "  sadd16 r11, r11, lr\n"
        "  sadd16 lr, r12, r10\n"
        "  sel lr, r10, r7\n"
        "  sadd16 r12, r12, lr\n"
        "  lsl r7, r11, #16\n"
        "  lsl lr, r12, #16\n"
        "  pkhtb r11, r11, r10, asr #16\n"
        "  pkhtb r12, r12, r10, asr #16\n"
        "  smmla r7, r7, r8, r9\n"
        "  smmla lr, lr, r8, r9\n"
        "  smmla r11, r11, r8, r9\n"
        "  smmla r12, r12, r8, r9\n"
        "  ssat r7, #8, r7, asr #14\n"
        "  ssat lr, #8, lr, asr #14\n"
        "  ssat r11, #8, r11, asr #14\n"
        "  ssat r12, #8, r12, asr #14\n"
        "  strb lr, [r2, #1]\n"
        "  strb r11, [r2, #2]\n"
        "  strb r12, [r2, #3]\n"
        "  strb r7, [r2], #4\n"
        BURIN_END_WINDOWS);
  }

  // r11 maxima.
  static BURIN_NAKED void maximum(const ArmDspWindow*) {
    __asm__(
        ".syntax unified\n"
        BURIN_BEGIN_WINDOWS
        "  ldr r11, [r6, #32]\n"
        BURIN_TAPS("  ssub8 r12, r11, r10\n"
                   "  sel r11, r11, r10\n")
        "  ldr r7, [r6, #36]\n"
        "  ssub8 r12, r7, r11\n"
        "  sel r11, r11, r7\n"
        "  str r11, [r2], #4\n"
        BURIN_END_WINDOWS);
  }
};

#undef BURIN_BEGIN_WINDOWS
#undef BURIN_TAPS
#undef BURIN_END_WINDOWS
// clang-format on
#endif  // !BURIN_HOST

}  // namespace burin_kernels
