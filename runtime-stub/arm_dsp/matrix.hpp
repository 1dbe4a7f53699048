// The inner loops of int8 matrix products on cores with the DSP extension: two pixels by four output
// channels.
//
// Dual weights:
// A halfword holds the weights of two output channels a and b for one input channel: 256 * w[a] + w[b]. A
// word holds two input channels. Against a word of two int16 activations, with S = sum of w * x,
//   SMLAD(word, x)          accumulates D = 256 * S[a] + S[b]
//   SMLAD(SXTB16(word), x)  accumulates     S[b]
// so one unpacking serves two channels, and D - S[b] = 256 * S[a]: exact, modulo 2^32, where
// -2^23 <= S[a] < 2^23. Biases are where the sums start, and count as part of them.
//
// Columns:
// The activations of a pair of pixels, widened to int16, as the products consume them. A step covers two
// inputs, a word a pixel:
//   | pixel 0, step 0 | pixel 1, step 0 | pixel 0, step 1 | pixel 1, step 1 | ...
// The inputs of a pixel come in segments (one row of the convolution's window: neighbors in memory). Four
// bytes b0 b1 b2 b3 become the steps (b0, b2) (b1, b3). A remainder of one byte becomes the step (b0, any),
// of two (b0, b1), of three (b0, b1) (b2, any), and comes first, before the words. Weights for `any` are 0.
//
// Stream:
// For each group of four output channels 0 1 2 3, a word each:
//   | 256 * b0 + b1 | b1 | 256 * b2 + b3 | b3 |        biases
//   | dual(0,1) step 0 | dual(2,3) step 0 | dual(0,1) step 1 | dual(2,3) step 1 | ...
//   | eight numbers for the requantization |
// The lower halfword of a dual goes with the first input of a step. A last group of fewer channels is filled
// up. The second of the numbers, as int32, tells their form:
//   scaled, when >= 0: M0 M1 C0 C1 M2 M3 C2 C3
//       output = SSAT8((C + ((S * 2^8 * M) >> 32)) >> (bit 0 of M1 ? 15 : 12)): zero point, rounding and
//       clamp are in C, or proven to be nothing else. M0 and M2 may be negative: then weights and bias of
//       that channel have the other sign, and the product is what it was
//   exact, when < 0: m0 m1 m2 m3 r0 r1 r2 r3
//       m = 2 * multiplier as int32, with 2^30 <= multiplier < 2^31; 1 <= (r & 255) <= 31
//       x = (S * multiplier + 2^30) >> 31; unless bit 31 of r0 is set: x -= (x < 0)
//       output = SSAT8((x >> r) + ((x >> (r - 1)) & 1) + zero point); then, if bit 31 of r1 is set, clamped
//   which is the reference's double rounding. Without the subtraction it is that still if the zero point is
//   -128. Bit 0 of m1, which is no part of it: x = (S * multiplier) >> 31, and that without the subtraction
//   is the single rounding, as floors nest.
//
// Cost, modeled Cortex-M4 cycles:
// A block of two pixels by four channels: 15 for each step (16 products; four loads in a row, two unpackings,
// eight SMLAD: with eight accumulators and two pointers just four registers are left), 6 for every 16 steps,
// and for the rest 67 where scaled, 101 where exact, 95 with a zero point of -128. Four pixels by two
// channels would take 16 a step, as their five loads come in two batches, and save 5 in the rest, as a
// channel's numbers then serve four pixels: no gain from five steps on. Widening: 11 for a word of both
// pixels of a pair, 12 for each of their segments.
//
// The order of a step is that of least cycles on Cortex-M7, where it costs Cortex-M4 nothing.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// What to widen: `rows` segments of a pixel, or of each of `pairs` pairs of neighbors.
struct ArmDspWidening {
  const int8_t* source;  // first segment of the first pixel
  uint32_t* columns;     // where its first step goes
  int32_t rows;
  int32_t words;        // 4-byte words of a segment
  int32_t remainder;    // bytes before them, 0 to 3
  int32_t source_row;   // bytes from a segment to the next one of the pixel
  int32_t columns_row;  // bytes from a segment's first step to that of the next one
  // Of pairs only:
  int32_t pairs;
  int32_t source_pixel;  // bytes from a pixel to its neighbor
  int32_t columns_pair;  // bytes from a pair's columns to those of the next one
};

// A strip of pixels against all output channels.
struct ArmDspProduct {
  uintptr_t columns;      // address of the first pair, less 4: no object need lie there
  uintptr_t columns_end;  // of its last word
  int32_t adjust;         // see entry_adjustment
  int32_t entry;          // for the routine's own use
  int8_t* output;         // of the first pixel
  int32_t second;         // bytes from a pixel's output to the next one's
  // Output of the first pixel's last group of channels, less 1 if that has fewer than four.
  int8_t* last_group;
  int32_t output_zero_point;
  int32_t pixels;
  uintptr_t stream;       // its address, less 4
  int32_t last_channels;  // channels of the last group, 1 to 4
  int32_t stride;         // as `second`
  int32_t clamp;          // activation_max * 256 + (activation_min & 255)
};

struct ArmDspMatrix {
  // The loop holds 16 steps and is entered where the steps that do not fill it begin; the first step stands
  // before it. All steps take 8 bytes, in the columns as in the stream. There are two steps or more.
  static constexpr int32_t entry_adjustment(int32_t steps) { return 8 - (15 - (steps + 14) % 16) * 8; }

  // One pixel. r0 source, r1 columns, r2 words left, r4 and r5 r0 and r1 of the segment, r6 segments left, r7
  // words, r8 remainder, r9 source_row, r10 columns_row.
  static BURIN_NAKED void widen_pixel(const ArmDspWidening*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0, {r4-r10}\n"
        "1:\n"
        "  mov r0, r4\n"
        "  mov r1, r5\n"
        // The remainder: flags of r8 - 2 tell one, two and three bytes apart.
        "  cmp r8, #0\n"
        "  beq 5f\n"
        "  cmp r8, #2\n"
        "  ldrsb r3, [r0], #1\n"
        "  blo 4f\n"
        "  ldrsb r11, [r0], #1\n"
        "  pkhbt r3, r3, r11, lsl #16\n"
        "  beq 4f\n"
        "  str r3, [r1], #8\n"
        "  ldrsb r3, [r0], #1\n"
        "4:\n"
        "  str r3, [r1], #8\n"
        "5:\n"
        "  subs r2, r7, #2\n"
        "  blo 3f\n"
        "2:\n"
        "  ldr r11, [r0, #4]\n"
        "  ldr r3, [r0], #8\n"
        "  sxtb16 r12, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  sxtb16 lr, r11\n"
        "  sxtb16 r11, r11, ror #8\n"
        "  str r3, [r1, #8]\n"
        "  str lr, [r1, #16]\n"
        "  str r11, [r1, #24]\n"
        "  str r12, [r1], #32\n"
        "  subs r2, #2\n"
        "  bhs 2b\n"
        "3:\n"
        "  lsls r2, r2, #31\n"
        "  bpl 6f\n"
        "  ldr r3, [r0]\n"
        "  sxtb16 r12, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  str r12, [r1]\n"
        "  str r3, [r1, #8]\n"
        "6:\n"
        "  add r4, r9\n"
        "  add r5, r10\n"
        "  subs r6, #1\n"
        "  bne 1b\n"
        "  pop {r4-r11, pc}\n");
  }

  // Pairs of pixels, a row of segments after the other. r0 and r2 source of both pixels, r1 columns, r3 to r6
  // data, r7 loops left, r8 pairs left, r9 and r10 source and columns of the next pair, r11 source_pixel, r12
  // columns_pair, lr where a segment begins.
  static BURIN_NAKED void widen_pairs(const ArmDspWidening*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0, {r1-r10}\n"  // source, columns, rows, words, remainder, source_row, columns_row, pairs,
                                // and two more
        "  mov r11, r9\n"
        "  mov r12, r10\n"
        // The loop holds eight words and is entered where those that do not fill it begin. r0: full loops
        // after that.
        "  subs r0, r4, #1\n"
        "  and r9, r0, #7\n"
        "  rsb r9, r9, #7\n"
        "  cmp r4, #0\n"
        "  it eq\n"
        "  moveq r9, #8\n"
        "  asrs r0, r0, #3\n"
        BURIN_CODE_OFFSET("", "r10", "20f", "30f")
        BURIN_CODE_ADDRESS("r10", "30")
        "  movs r4, #34\n"  // bytes of instructions for a word
        "  mla r9, r9, r4, r10\n"
        // lr: where a segment begins. With its remainder, with setting the count of loops, or in the loop.
        "  mov lr, r9\n"
        "  cmp r0, #0\n"
        "  ble 1f\n"
        BURIN_CODE_OFFSET("", "lr", "15f", "31f")
        BURIN_CODE_ADDRESS("lr", "31")
        "1:\n"
        "  mov r10, lr\n"
        "  cmp r5, #2\n"
        "  it lo\n"
        BURIN_CODE_OFFSET("lo", "r4", "11f", "32f")
        "  it eq\n"
        BURIN_CODE_OFFSET("eq", "r4", "12f", "32f")
        "  it hi\n"
        BURIN_CODE_OFFSET("hi", "r4", "13f", "32f")
        BURIN_CODE_ADDRESS("r4", "32")
        "  cmp r5, #0\n"
        "  it ne\n"
        "  movne lr, r4\n"
        "  push {r0-r3, r6-r10}\n"  // 0 loops, 4 source, 8 columns, 12 rows, 16 source_row, 20 columns_row,
                                    // 24 pairs, 28 entry, 32 after the remainder
        "  movs r7, #0\n"           // full loops left: 0 where there are none, else set for each segment
        "  mov r9, r1\n"
        "  mov r10, r2\n"
        "  b.w 22f\n"
        "13:\n"
        "  ldrsb r3, [r0], #1\n"
        "  ldrsb r5, [r0], #1\n"
        "  ldrsb r4, [r2], #1\n"
        "  ldrsb r6, [r2], #1\n"
        "  pkhbt r3, r3, r5, lsl #16\n"
        "  pkhbt r4, r4, r6, lsl #16\n"
        "  str r4, [r1, #4]\n"
        "  str r3, [r1], #8\n"
        "11:\n"
        "  ldrsb r3, [r0], #1\n"
        "  ldrsb r4, [r2], #1\n"
        "  ldr r6, [sp, #32]\n"
        "  str r4, [r1, #4]\n"
        "  str r3, [r1], #8\n"
        "  bx r6\n"
        "12:\n"
        "  ldrsb r3, [r0], #1\n"
        "  ldrsb r5, [r0], #1\n"
        "  ldrsb r4, [r2], #1\n"
        "  ldrsb r6, [r2], #1\n"
        "  pkhbt r3, r3, r5, lsl #16\n"
        "  pkhbt r4, r4, r6, lsl #16\n"
        "  ldr r6, [sp, #32]\n"
        "  str r4, [r1, #4]\n"
        "  str r3, [r1], #8\n"
        "  bx r6\n"
        "15:\n"
        "  ldr r7, [sp]\n"
        "  ldr r3, [sp, #28]\n"
        "  bx r3\n"
        "20:\n"
        "  .rept 8\n"
        "  ldr.w r3, [r0], #4\n"
        "  ldr.w r4, [r2], #4\n"
        "  sxtb16 r5, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  sxtb16 r6, r4\n"
        "  sxtb16 r4, r4, ror #8\n"
        "  str.n r6, [r1, #4]\n"
        "  str.n r3, [r1, #8]\n"
        "  str.n r4, [r1, #12]\n"
        "  str.w r5, [r1], #16\n"
        "  .endr\n"
        "  subs r7, #1\n"
        "  bge.w 20b\n"
        "  subs.w r8, r8, #1\n"
        "  beq 23f\n"
        "21:\n"
        "  mov r0, r9\n"
        "  mov r1, r10\n"
        "  add.w r2, r9, r11\n"
        "  add.w r9, r9, r11, lsl #1\n"
        "  add r10, r12\n"
        "  bx lr\n"
        "22:\n"
        "  ldr r8, [sp, #24]\n"
        "  b 21b\n"
        "23:\n"
        "  ldr r9, [sp, #4]\n"
        "  ldr r10, [sp, #8]\n"
        "  ldr r3, [sp, #12]\n"
        "  ldr r4, [sp, #16]\n"
        "  ldr r5, [sp, #20]\n"
        "  add r9, r4\n"
        "  add r10, r5\n"
        "  str r9, [sp, #4]\n"
        "  str r10, [sp, #8]\n"
        "  subs r3, #1\n"
        "  str r3, [sp, #12]\n"
        "  bne 22b\n"
        "  add sp, #36\n"
        "  pop {r4-r11, pc}\n");
  }

  // r0 columns, r1 stream, both less 4 bytes; r2 r3 dual weights, r4 r5 activations of pixel 0 and 1;
  // accumulators of pixel 0: r6 D(0,1), r7 S(1), r8 D(2,3), r9 S(3); of pixel 1: r10, r11, r12, lr in the
  // same order. The stack holds an ArmDspProduct whose columns, columns_end, output, last_group and pixels
  // advance.
  static BURIN_NAKED void multiply(const ArmDspProduct*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0, {r1-r12, lr}\n"
        BURIN_CODE_OFFSET("", "r4", "10f", "9f")
        BURIN_CODE_ADDRESS("r4", "9")
        "  rsb r0, r3, #8\n"  // 8 bytes of weights a step that is skipped, but 48 of instructions
        "  add r0, r0, r0, lsl #1\n"
        "  add r4, r4, r0, lsl #1\n"
        "  push {r1-r12, lr}\n"
        "  mov r1, r10\n"
        "  cmp r9, #1\n"
        "  bne.w 20f\n"
        "5:\n"
        "  movs r0, #0\n"        // a single pixel: the second one's results go where the first one's do,
        "  str r0, [sp, #20]\n"  // and before them
        "  b.w 20f\n"
        "  .balign 4\n"
        "10:\n"
        "  .irp offset, 4, 12, 20, 28, 36, 44, 52, 60, 68, 76, 84, 92, 100, 108, 116\n"
        "  ldr.n r2, [r1, #\\offset]\n"
        "  ldr.n r4, [r0, #\\offset]\n"
        "  ldr.n r5, [r0, #\\offset + 4]\n"
        "  ldr.n r3, [r1, #\\offset + 4]\n"
        "  smlad r6, r2, r4, r6\n"
        "  smlad r10, r2, r5, r10\n"
        "  sxtb16 r2, r2\n"
        "  smlad r8, r3, r4, r8\n"
        "  smlad r12, r3, r5, r12\n"
        "  sxtb16 r3, r3\n"
        "  smlad r7, r2, r4, r7\n"
        "  smlad r11, r2, r5, r11\n"
        "  smlad r9, r3, r4, r9\n"
        "  smlad lr, r3, r5, lr\n"
        "  .endr\n"
        // The last step moves the pointers on.
        "  ldr.n r2, [r1, #124]\n"
        "  ldr.n r4, [r0, #124]\n"
        "  ldr r5, [r0, #128]!\n"
        "  ldr r3, [r1, #128]!\n"
        "  smlad r6, r2, r4, r6\n"
        "  smlad r10, r2, r5, r10\n"
        "  sxtb16 r2, r2\n"
        "  smlad r8, r3, r4, r8\n"
        "  smlad r12, r3, r5, r12\n"
        "  sxtb16 r3, r3\n"
        "  smlad r7, r2, r4, r7\n"
        "  smlad r11, r2, r5, r11\n"
        "  smlad r9, r3, r4, r9\n"
        "  smlad lr, r3, r5, lr\n"
        "  ldr r2, [sp, #4]\n"
        "  cmp r0, r2\n"
        "  bne.w 10b\n"
        // Numbers of the form.
        "  ldr r2, [r1, #4]\n"
        "  ldr r3, [r1, #8]\n"
        "  ldr r4, [r1, #12]\n"
        "  ldr r5, [r1, #16]\n"
        "  sub.w r6, r6, r7\n"
        "  sub.w r8, r8, r9\n"
        "  sub.w r10, r10, r11\n"
        "  sub.w r12, r12, lr\n"
        "  asrs r0, r3, #1\n"  // negative: exact; carry: shift by 15
        "  bmi.w 30f\n"
        "  lsl.w r7, r7, #8\n"
        "  lsl.w r9, r9, #8\n"
        "  lsl.w r11, r11, #8\n"
        "  lsl.w lr, lr, #8\n"
        "  smmla r6, r6, r2, r4\n"
        "  smmla r10, r10, r2, r4\n"
        "  smmla r7, r7, r3, r5\n"
        "  smmla r11, r11, r3, r5\n"
        "  ldr r2, [r1, #20]\n"
        "  ldr r3, [r1, #24]\n"
        "  ldr r4, [r1, #28]\n"
        "  ldr r5, [r1, #32]!\n"
        "  ldr r0, [sp, #16]\n"
        "  smmla r8, r8, r2, r4\n"
        "  smmla r12, r12, r2, r4\n"
        "  smmla r9, r9, r3, r5\n"
        "  smmla lr, lr, r3, r5\n"
        "  ldr r2, [sp, #20]\n"
        "  ldr r3, [sp, #24]\n"
        "  bcs.w 70f\n"
        "  ssat r6, #8, r6, asr #12\n"
        "  ssat r7, #8, r7, asr #12\n"
        "  ssat r8, #8, r8, asr #12\n"
        "  ssat r9, #8, r9, asr #12\n"
        "  ssat r10, #8, r10, asr #12\n"
        "  ssat r11, #8, r11, asr #12\n"
        "  ssat r12, #8, r12, asr #12\n"
        "  ssat lr, #8, lr, asr #12\n"
        // r0 output, r2 distance to pixel 1, r3 last_group. Lower: more groups follow; equal: the last group,
        // and whole.
        "40:\n"
        "  cmp r0, r3\n"
        "  bhi.w 50f\n"
        "  add r2, r0\n"
        "  strb r10, [r2]\n"
        "  strb r11, [r2, #1]\n"
        "  strb r12, [r2, #2]\n"
        "  strb lr, [r2, #3]\n"
        "  strb r7, [r0, #1]\n"
        "  strb r8, [r0, #2]\n"
        "  strb r9, [r0, #3]\n"
        "  strb r6, [r0], #4\n"
        "  str r0, [sp, #16]\n"
        "  bhs.w 60f\n"
        // A block begins. Its first step starts the accumulators from the biases.
        "20:\n"
        "  ldr r0, [sp]\n"
        "  ldr r6, [r1, #4]\n"
        "  ldr r7, [r1, #8]\n"
        "  ldr r8, [r1, #12]\n"
        "  ldr r9, [r1, #16]!\n"
        "  ldr r2, [r1, #4]\n"
        "  ldr r3, [r1, #8]\n"
        "  ldr r4, [r0, #4]\n"
        "  ldr r5, [r0, #8]\n"
        "  smlad r10, r2, r5, r6\n"
        "  smlad r12, r3, r5, r8\n"
        "  smlad r6, r2, r4, r6\n"
        "  smlad r8, r3, r4, r8\n"
        "  sxtb16 r2, r2\n"
        "  sxtb16 r3, r3\n"
        "  smlad r11, r2, r5, r7\n"
        "  smlad lr, r3, r5, r9\n"
        "  smlad r7, r2, r4, r7\n"
        "  smlad r9, r3, r4, r9\n"
        "  ldr r2, [sp, #8]\n"
        "  ldr r3, [sp, #12]\n"
        "  add r0, r2\n"
        "  add r1, r2\n"
        "  bx r3\n"
        // Exact.
        "30:\n"
        "  asr.w r6, r6, #8\n"
        "  asr.w r8, r8, #8\n"
        "  asr.w r10, r10, #8\n"
        "  asr.w r12, r12, #8\n"
        "  bcs.w 80f\n"
        "  smmlar r6, r6, r2, r6\n"
        "  smmlar r10, r10, r2, r10\n"
        "  smmlar r7, r7, r3, r7\n"
        "  smmlar r11, r11, r3, r11\n"
        "  smmlar r8, r8, r4, r8\n"
        "  smmlar r12, r12, r4, r12\n"
        "  smmlar r9, r9, r5, r9\n"
        "  smmlar lr, lr, r5, lr\n"
        "81:\n"
        "  ldr r2, [r1, #20]\n"
        "  ldr r3, [r1, #24]\n"
        "  ldr r4, [r1, #28]\n"
        "  ldr r5, [r1, #32]!\n"
        "  ldr r0, [sp, #28]\n"
        "  cmp r2, #0\n"
        "  bmi 31f\n"
        "  add.w r6, r6, r6, asr #31\n"
        "  add.w r7, r7, r7, asr #31\n"
        "  add.w r8, r8, r8, asr #31\n"
        "  add.w r9, r9, r9, asr #31\n"
        "  add.w r10, r10, r10, asr #31\n"
        "  add.w r11, r11, r11, asr #31\n"
        "  add.w r12, r12, r12, asr #31\n"
        "  add.w lr, lr, lr, asr #31\n"
        "31:\n"
        "  asrs.w r6, r6, r2\n"
        "  adc.w r6, r6, r0\n"
        "  asrs.w r10, r10, r2\n"
        "  adc.w r10, r10, r0\n"
        "  asrs.w r7, r7, r3\n"
        "  adc.w r7, r7, r0\n"
        "  asrs.w r11, r11, r3\n"
        "  adc.w r11, r11, r0\n"
        "  asrs.w r8, r8, r4\n"
        "  adc.w r8, r8, r0\n"
        "  asrs.w r12, r12, r4\n"
        "  adc.w r12, r12, r0\n"
        "  asrs.w r9, r9, r5\n"
        "  adc.w r9, r9, r0\n"
        "  asrs.w lr, lr, r5\n"
        "  adc.w lr, lr, r0\n"
        "  ssat r6, #8, r6\n"
        "  ssat r7, #8, r7\n"
        "  ssat r8, #8, r8\n"
        "  ssat r9, #8, r9\n"
        "  ssat r10, #8, r10\n"
        "  ssat r11, #8, r11\n"
        "  ssat r12, #8, r12\n"
        "  ssat lr, #8, lr\n"
        "  cmp r3, #0\n"
        "  bpl 33f\n"
        // A clamp narrower than int8: the four bytes of a pixel at once.
        "  ldr r0, [sp, #48]\n"
        "  uxtb r2, r0\n"
        "  lsrs r3, r0, #8\n"
        "  mov.w r0, #0x01010101\n"
        "  muls r2, r0, r2\n"
        "  uxtb r3, r3\n"
        "  muls r3, r0, r3\n"
        "  bfi r6, r7, #8, #8\n"
        "  bfi r8, r9, #8, #8\n"
        "  pkhbt r6, r6, r8, lsl #16\n"
        "  ssub8 r0, r6, r2\n"
        "  sel r6, r6, r2\n"
        "  ssub8 r0, r3, r6\n"
        "  sel r6, r6, r3\n"
        "  lsr.w r7, r6, #8\n"
        "  lsr.w r8, r6, #16\n"
        "  lsr.w r9, r6, #24\n"
        "  bfi r10, r11, #8, #8\n"
        "  bfi r12, lr, #8, #8\n"
        "  pkhbt r10, r10, r12, lsl #16\n"
        "  ssub8 r0, r10, r2\n"
        "  sel r10, r10, r2\n"
        "  ssub8 r0, r3, r10\n"
        "  sel r10, r10, r3\n"
        "  lsr.w r11, r10, #8\n"
        "  lsr.w r12, r10, #16\n"
        "  lsr.w lr, r10, #24\n"
        "33:\n"
        "  ldr r0, [sp, #16]\n"
        "  ldr r2, [sp, #20]\n"
        "  ldr r3, [sp, #24]\n"
        "  b 40b\n"
        // The last group of channels, fewer than four.
        "50:\n"
        "  ldr r4, [sp, #40]\n"
        "  add r2, r0\n"
        "  cmp r4, #2\n"
        "  strb r10, [r2]\n"
        "  it hs\n"
        "  strbhs r11, [r2, #1]\n"
        "  it hi\n"
        "  strbhi r12, [r2, #2]\n"
        "  strb r6, [r0]\n"
        "  it hs\n"
        "  strbhs r7, [r0, #1]\n"
        "  it hi\n"
        "  strbhi r8, [r0, #2]\n"
        "  add r0, r4\n"
        // The next pair of pixels. r0 is where the output of pixel 0 ends.
        "60:\n"
        "  ldr r5, [sp, #32]\n"
        "  ldr r2, [sp]\n"
        "  ldr r3, [sp, #4]\n"
        "  ldr r4, [sp, #24]\n"
        "  ldr r6, [sp, #44]\n"
        "  ldr r1, [sp, #36]\n"
        "  subs r5, #2\n"
        "  ble 61f\n"
        "  str r5, [sp, #32]\n"
        "  add r0, r6\n"
        "  str r0, [sp, #16]\n"
        "  add.w r4, r4, r6, lsl #1\n"
        "  str r4, [sp, #24]\n"
        "  str r3, [sp]\n"
        "  sub r2, r3, r2\n"
        "  add r3, r2\n"
        "  str r3, [sp, #4]\n"
        "  cmp r5, #1\n"
        "  bne.w 20b\n"
        "  b.w 5b\n"
        "61:\n"
        "  add sp, #52\n"
        "  pop {r4-r11, pc}\n"
        // As above with the other shift.
        "70:\n"
        "  ssat r6, #8, r6, asr #15\n"
        "  ssat r7, #8, r7, asr #15\n"
        "  ssat r8, #8, r8, asr #15\n"
        "  ssat r9, #8, r9, asr #15\n"
        "  ssat r10, #8, r10, asr #15\n"
        "  ssat r11, #8, r11, asr #15\n"
        "  ssat r12, #8, r12, asr #15\n"
        "  ssat lr, #8, lr, asr #15\n"
        "  b.w 40b\n"
        // Exact, rounded once.
        "80:\n"
        "  bic r3, r3, #1\n"
        "  smmla r6, r6, r2, r6\n"
        "  smmla r10, r10, r2, r10\n"
        "  smmla r7, r7, r3, r7\n"
        "  smmla r11, r11, r3, r11\n"
        "  smmla r8, r8, r4, r8\n"
        "  smmla r12, r12, r4, r12\n"
        "  smmla r9, r9, r5, r9\n"
        "  smmla lr, lr, r5, lr\n"
        "  b.w 81b\n");
  }
};
#endif  // !BURIN_HOST

}  // namespace burin_kernels
