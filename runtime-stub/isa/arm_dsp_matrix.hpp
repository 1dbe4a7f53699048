// The inner loops of int8 matrix products on cores with the DSP extension: two pixels by four output
// channels.
//
// ---- dual weights ----
// A halfword holds the weights of two output channels a and b for one input channel: 256 * w[a] + w[b]. A
// word holds two input channels. Against a word of two int16 activations, with S = sum of w * x,
//   SMLAD(word, x)          accumulates D = 256 * S[a] + S[b]
//   SMLAD(SXTB16(word), x)  accumulates     S[b]
// so one unpacking serves two channels, and D - S[b] = 256 * S[a]. Exact, modulo 2^32, where -2^23 <= S[a] <
// 2^23.
//
// ---- columns ----
// The activations of a pair of pixels, widened to int16, as the products consume them. Step i covers two
// inputs:
//   | pixel 0, inputs of step 0 | pixel 1, inputs of step 0 | pixel 0, step 1 | pixel 1, step 1 | ...   a
//   word each
// The inputs of a pixel come in segments (one row of the convolution's window: neighbours in memory). A
// segment of n bytes b0 b1 ... becomes, for each four bytes, the steps (b0, b2) (b1, b3); a remainder of one
// byte the step (b0, any), of two (b0, b1), of three (b0, b1) (b2, any). Weights for `any` are 0.
//
// ---- stream ----
// For each group of four output channels 0 1 2 3:
//   | dual(0,1) step 0 | dual(2,3) step 0 | dual(0,1) step 1 | dual(2,3) step 1 | ... | numbers of a form |
// a word each; the lower halfword of a dual goes with the first input of a step. A last group of fewer
// channels is filled up with zeros. The first word of the numbers, as int32, tells the form:
//   scaled, when >= 0, 8 words: M0 M1 C0 C1 M2 M3 C2 C3
//       output = SSAT8((C + ((S * 2^8 * M) >> 32)) >> (bit 0 of M0 ? 15 : 12)): all of zero point, bias,
//       rounding and the clamp is in C or proven to be nothing else
//   exact, when < 0, 12 words: m0 m1 b0 b1 m2 m3 b2 b3 r0 r1 r2 r3
//       m = 2 * multiplier as int32, with 2^30 <= multiplier < 2^31; 1 <= (r & 255) <= 31
//       x = S + b; x = (x * multiplier + 2^30) >> 31; bit 31 of r0 clear: x -= (x < 0)
//       output = SSAT8((x >> r) + ((x >> (r - 1)) & 1) + output zero point); bit 31 of r1 set: then clamped
//   which is the reference's double rounding. Without the subtraction it is that still if the zero point is
//   -128.
//
// ---- cost, modelled Cortex-M4 cycles ----
// 15 for each step of a block (16 products), 8 more for every 16 steps; about 75 for the rest of a block
// where scaled, 110 where exact.
#pragma once

#include <stdint.h>

#include "isa/arm_dsp.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// What to widen: `pixels` pixels of `rows` segments each.
struct ArmDspWidening {
  const int8_t* source;  // first segment of the first pixel
  uint32_t* columns;     // where the first step of the first pixel goes
  int32_t pixels;
  int32_t rows;
  int32_t words;           // 4-byte words of a segment
  int32_t remainder;       // bytes after them, 0 to 3
  int32_t source_skip;     // bytes from the end of a segment to the next one of the pixel
  int32_t columns_skip;    // bytes from where a segment's steps end to where the next one's begin
  int32_t source_step;     // bytes from a pixel's first segment to the next pixel's
  int32_t columns_step;    // bytes from a pixel's columns to the next one's: 4 within a pair ...
  int32_t columns_toggle;  // ... and columns_toggle - columns_step between pairs: they take turns
};

// A strip of pixels against all output channels.
struct ArmDspProduct {
  const uint32_t* columns;      // of the first pair
  const uint32_t* columns_end;  // of the first pair
  int32_t adjust;               // see entry_adjustment
  int32_t entry;                // for the routine's own use
  int8_t* output;               // of the first pixel
  int32_t second;               // bytes from a pixel's output to the next one's
  int8_t* last_group;           // of the first pixel: output of its last group of channels
  int32_t output_zero_point;
  int32_t pixels;
  const uint32_t* stream;
  int32_t last_channels;  // channels of the last group, 1 to 4
  int32_t stride;         // as `second`
  int32_t clamp;          // activation_max * 256 + (activation_min & 255)
};

struct ArmDspMatrix {
  // The loop holds 16 steps and is entered where the steps that do not fill it begin; the first step stands
  // before it. All steps take 8 bytes, in the columns as in the stream.
  static constexpr int32_t entry_adjustment(int32_t steps) {
    return steps == 1 ? -120 : 8 - (15 - (steps + 14) % 16) * 8;
  }

  // r0 source, r1 columns, r2 words left, r3-r8 data, r9 pixels left, r10 rows left, r11 source of the pixel,
  // r12 columns of the pixel, lr words.
  static BURIN_NAKED void widen(const ArmDspWidening*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0!, {r2-r6}\n"  // source, columns, pixels, rows, words
        "  mov r11, r2\n"
        "  mov r12, r3\n"
        "  mov r9, r4\n"
        "  mov lr, r6\n"
        "  ldm r0, {r2-r4, r6-r8}\n"  // remainder, both skips, both steps, toggle
        "  push {r2-r8}\n"            // 0 remainder, 4 source_skip, 8 columns_skip, 12 rows, 16 source_step,
                                      // 20 columns_step, 24 columns_toggle
        "1:\n"
        "  ldr r10, [sp, #12]\n"
        "  mov r0, r11\n"
        "  mov r1, r12\n"
        "2:\n"
        "  subs r2, lr, #4\n"
        "  blo 4f\n"
        "3:\n"
        "  ldr r3, [r0]\n"
        "  ldr r4, [r0, #4]\n"
        "  ldr r5, [r0, #8]\n"
        "  ldr r6, [r0, #12]\n"
        "  adds r0, #16\n"
        "  sxtb16 r7, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  str r7, [r1]\n"
        "  str r3, [r1, #8]\n"
        "  sxtb16 r7, r4\n"
        "  sxtb16 r4, r4, ror #8\n"
        "  str r7, [r1, #16]\n"
        "  str r4, [r1, #24]\n"
        "  sxtb16 r7, r5\n"
        "  sxtb16 r5, r5, ror #8\n"
        "  str r7, [r1, #32]\n"
        "  str r5, [r1, #40]\n"
        "  sxtb16 r7, r6\n"
        "  sxtb16 r6, r6, ror #8\n"
        "  str r7, [r1, #48]\n"
        "  str r6, [r1, #56]\n"
        "  adds r1, #64\n"
        "  subs r2, #4\n"
        "  bhs 3b\n"
        "4:\n"
        "  lsls r2, r2, #31\n"  // carry: two words more; negative: one word more
        "  bcc 5f\n"
        "  ldr r3, [r0]\n"
        "  ldr r4, [r0, #4]\n"
        "  add.w r0, r0, #8\n"
        "  sxtb16 r7, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  str r7, [r1]\n"
        "  str r3, [r1, #8]\n"
        "  sxtb16 r7, r4\n"
        "  sxtb16 r4, r4, ror #8\n"
        "  str r7, [r1, #16]\n"
        "  str r4, [r1, #24]\n"
        "  add.w r1, r1, #32\n"
        "5:\n"
        "  bpl 6f\n"
        "  ldr r3, [r0], #4\n"
        "  sxtb16 r7, r3\n"
        "  sxtb16 r3, r3, ror #8\n"
        "  str r7, [r1]\n"
        "  str r3, [r1, #8]\n"
        "  adds r1, #16\n"
        "6:\n"
        "  ldr r2, [sp]\n"
        "  ldr r3, [sp, #4]\n"
        "  ldr r4, [sp, #8]\n"
        "  cbnz r2, 9f\n"
        "7:\n"
        "  add r0, r3\n"
        "  add r1, r4\n"
        "  subs r10, #1\n"
        "  bne 2b\n"
        "  ldr r2, [sp, #16]\n"
        "  ldr r3, [sp, #20]\n"
        "  ldr r4, [sp, #24]\n"
        "  add r11, r2\n"
        "  add r12, r3\n"
        "  subs r4, r4, r3\n"
        "  str r4, [sp, #20]\n"
        "  subs r9, #1\n"
        "  bne 1b\n"
        "  add sp, #28\n"
        "  pop {r4-r11, pc}\n"
        "9:\n"
        "  cmp r2, #2\n"
        "  ldrsb r5, [r0], #1\n"
        "  blo 8f\n"
        "  ldrsb r6, [r0], #1\n"
        "  pkhbt r5, r5, r6, lsl #16\n"
        "  beq 8f\n"
        "  ldrsb r6, [r0], #1\n"
        "  str r5, [r1], #8\n"
        "  mov r5, r6\n"
        "8:\n"
        "  str r5, [r1], #8\n"
        "  b 7b\n");
  }

  // r0 columns, r1 stream, r2 r3 dual weights, r4 r5 activations of pixel 0 and 1; accumulators of pixel 0:
  // r6 D(0,1), r7 S(1), r8 D(2,3), r9 S(3); of pixel 1: r10, r11, r12, lr in the same order. The stack holds
  // an ArmDspProduct whose columns, columns_end, output, last_group and pixels advance.
  static BURIN_NAKED void multiply(const ArmDspProduct*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0, {r1-r12, lr}\n"
        "  adr.w r4, 10f\n"
        "  rsb r0, r3, #8\n"  // 8 bytes of weights a step that is skipped, but 48 of instructions
        "  add r0, r0, r0, lsl #1\n"
        "  add r4, r4, r0, lsl #1\n"
        "  orr r4, r4, #1\n"
        "  push {r1-r12, lr}\n"
        "  mov r1, r10\n"
        "  cmp r9, #1\n"
        "  bne.w 20f\n"
        "5:\n"             // a single pixel: the second one's results go where the first one's do,
        "  movs r0, #0\n"  // and before them
        "  str r0, [sp, #20]\n"
        "  b.w 20f\n"
        "  .balign 4\n"
        "10:\n"
        "  .irp offset, 0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 112, 120\n"
        "  ldr.n r2, [r1, #\\offset]\n"
        "  ldr.n r3, [r1, #\\offset + 4]\n"
        "  ldr.n r4, [r0, #\\offset]\n"
        "  ldr.n r5, [r0, #\\offset + 4]\n"
        "  smlad r6, r2, r4, r6\n"
        "  smlad r8, r3, r4, r8\n"
        "  smlad r10, r2, r5, r10\n"
        "  smlad r12, r3, r5, r12\n"
        "  sxtb16 r2, r2\n"
        "  sxtb16 r3, r3\n"
        "  smlad r7, r2, r4, r7\n"
        "  smlad r9, r3, r4, r9\n"
        "  smlad r11, r2, r5, r11\n"
        "  smlad lr, r3, r5, lr\n"
        "  .endr\n"
        "  adds r0, #128\n"
        "  adds r1, #128\n"
        "  ldr r2, [sp, #4]\n"
        "  cmp r0, r2\n"
        "  bne.w 10b\n"
        // Numbers of the form.
        "  ldr r2, [r1]\n"
        "  ldr r3, [r1, #4]\n"
        "  ldr r4, [r1, #8]\n"
        "  ldr r5, [r1, #12]\n"
        "  asrs r0, r2, #1\n"  // negative: exact; carry: shift by 15
        "  bmi.w 30f\n"
        "  sub.w r6, r6, r7\n"
        "  lsl.w r7, r7, #8\n"
        "  sub.w r8, r8, r9\n"
        "  lsl.w r9, r9, #8\n"
        "  sub.w r10, r10, r11\n"
        "  lsl.w r11, r11, #8\n"
        "  sub.w r12, r12, lr\n"
        "  lsl.w lr, lr, #8\n"
        "  smmla r6, r6, r2, r4\n"
        "  smmla r10, r10, r2, r4\n"
        "  smmla r7, r7, r3, r5\n"
        "  smmla r11, r11, r3, r5\n"
        "  ldr r2, [r1, #16]\n"
        "  ldr r3, [r1, #20]\n"
        "  ldr r4, [r1, #24]\n"
        "  ldr r5, [r1, #28]\n"
        "  ldr r0, [sp, #16]\n"
        "  add.w r1, r1, #32\n"
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
        // r0 output, r2 distance to pixel 1, r3 output of the last group.
        "40:\n"
        "  cmp r0, r3\n"
        "  bhs.w 50f\n"
        "41:\n"
        "  add r2, r0\n"
        "  strb r10, [r2]\n"
        "  strb r11, [r2, #1]\n"
        "  strb r12, [r2, #2]\n"
        "  strb lr, [r2, #3]\n"
        "  strb r6, [r0]\n"
        "  strb r7, [r0, #1]\n"
        "  strb r8, [r0, #2]\n"
        "  strb r9, [r0, #3]\n"
        "  add.w r0, r0, #4\n"
        "  str r0, [sp, #16]\n"
        "  bhs.w 60f\n"
        // A block begins. Its first step starts the accumulators.
        "20:\n"
        "  ldr r0, [sp]\n"
        "  ldr r2, [r1]\n"
        "  ldr r3, [r1, #4]\n"
        "  ldr r4, [r0]\n"
        "  ldr r5, [r0, #4]\n"
        "  smuad r6, r2, r4\n"
        "  smuad r8, r3, r4\n"
        "  smuad r10, r2, r5\n"
        "  smuad r12, r3, r5\n"
        "  sxtb16 r2, r2\n"
        "  sxtb16 r3, r3\n"
        "  smuad r7, r2, r4\n"
        "  smuad r9, r3, r4\n"
        "  smuad r11, r2, r5\n"
        "  smuad lr, r3, r5\n"
        "  ldr r2, [sp, #8]\n"
        "  ldr r3, [sp, #12]\n"
        "  add r0, r2\n"
        "  add r1, r2\n"
        "  bx r3\n"
        // Exact.
        "30:\n"
        "  sub.w r6, r6, r7\n"
        "  sub.w r8, r8, r9\n"
        "  sub.w r10, r10, r11\n"
        "  sub.w r12, r12, lr\n"
        "  add.w r6, r4, r6, asr #8\n"
        "  add.w r10, r4, r10, asr #8\n"
        "  add r7, r5\n"
        "  add r11, r5\n"
        "  smmlar r6, r6, r2, r6\n"
        "  smmlar r10, r10, r2, r10\n"
        "  smmlar r7, r7, r3, r7\n"
        "  smmlar r11, r11, r3, r11\n"
        "  ldr r2, [r1, #16]\n"
        "  ldr r3, [r1, #20]\n"
        "  ldr r4, [r1, #24]\n"
        "  ldr r5, [r1, #28]\n"
        "  add.w r8, r4, r8, asr #8\n"
        "  add.w r12, r4, r12, asr #8\n"
        "  add r9, r5\n"
        "  add lr, r5\n"
        "  smmlar r8, r8, r2, r8\n"
        "  smmlar r12, r12, r2, r12\n"
        "  smmlar r9, r9, r3, r9\n"
        "  smmlar lr, lr, r3, lr\n"
        "  ldr r2, [r1, #32]\n"
        "  ldr r3, [r1, #36]\n"
        "  ldr r4, [r1, #40]\n"
        "  ldr r5, [r1, #44]\n"
        "  ldr r0, [sp, #28]\n"
        "  adds r1, #48\n"
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
        // The last group of channels: all four, or the first few.
        "50:\n"
        "  ldr r4, [sp, #40]\n"
        "  cmp r4, #4\n"  // carry if all four, as after the comparison that led here
        "  beq.w 41b\n"
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
        // The next pair of pixels.
        "60:\n"
        "  ldr r0, [sp, #32]\n"
        "  ldr r2, [sp]\n"
        "  ldr r3, [sp, #4]\n"
        "  ldr r4, [sp, #24]\n"
        "  ldr r5, [sp, #40]\n"
        "  ldr r6, [sp, #44]\n"
        "  ldr r1, [sp, #36]\n"
        "  subs r0, #2\n"
        "  ble 61f\n"
        "  str r3, [sp]\n"
        "  sub r2, r3, r2\n"
        "  add r3, r2\n"
        "  str r3, [sp, #4]\n"
        "  str r0, [sp, #32]\n"
        "  adds r5, r4, r5\n"
        "  adds r5, r5, r6\n"
        "  str r5, [sp, #16]\n"
        "  add.w r4, r4, r6, lsl #1\n"
        "  str r4, [sp, #24]\n"
        "  cmp r0, #1\n"
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
        "  b.w 40b\n");
  }
};
#endif  // !BURIN_HOST

}  // namespace burin_kernels
