// The inner loops of the int8 3x3 depthwise convolution on cores with the DSP extension.
//
// ---- planes ----
// Image rows are taken in pairs, four channels at a time. A column word of a channel holds two vertical
// neighbours as int16: upper row in the lower half, lower row in the upper half. With P a column of one pair
// of rows and Q the same column of the next pair, and w0 w1 w2 the three taps of a kernel column, scaled by
// 2^p (see below),
//   A = (w0, w1)   B = (w1, w2)      halves of a word, lower one first
//   upper output row += SMLAD(P, A) + SMLABT(Q, B)      w0 P.lower + w1 P.upper + w2 Q.lower
//   lower output row += SMLATB(P, A) + SMLAD(Q, B)      w0 P.upper + w1 Q.lower + w2 Q.upper
// so 3 products cost 2 instructions, and 2 loaded words serve both rows. In memory, 32 bytes a column:
//   | P ch0 | P ch1 | P ch2 | P ch3 | Q ch0 | Q ch1 | Q ch2 | Q ch3 | next column: P ch0 | ...
// Seen from a base 16 bytes on, the words that were Q are P, and the words that were the P of the next column
// are free to be Q: one buffer slides through a whole image, 16 bytes a pair of rows, and every row is
// widened once. (Small images are stored whole, with the Q of one pair of rows and the P of the next one both
// present.)
//
// ---- requantisation ----
// The reference rounds twice: h = floor((a m + 2^30) / 2^31), then h / 2^r to the nearest, halves away from
// zero. Where results below zero are clamped anyway (zero point z = -128) halves may as well go up, and
// floors compose:
//   z + floor((h + 2^(r-1)) / 2^r) = floor((a m + 2^30 + 2^(30+r) + z 2^(31+r)) / 2^(31+r))
// which, a being 2^p a' scaled through its weights, p = 11 - r in [2, 8], is
//   fast:   SSAT8( (K + ((a 2^p m) >> 32)) >> 10 ),    K = 2^(p-2) + 2^9 + z 2^10         SMMLA, SSAT
// for every accumulator, without a proof by cases. (Rounding once lacks the 2^30, so K lacks 2^(p-2); there
// it holds for any z, and p = 1 too.) Else, with p = 1, and 2 a m = (2 a) m:
//   exact:  h = SMMULR(2 a, m);  h += h >> 31;  SSAT8((h + K) >> r),   K = 2^(r-1) + z 2^r, r > 0
//
// ---- blocks (in scratch, 10 words a channel) ----
//   | bias 2^p | m | K | r, or 0: fast | A0 | B0 | A1 | B1 | A2 | B2 |      kernel columns 0 1 2
// ---- stream (in flash, 6 words a channel) ----
//   | w00 w10 w20 p | w01 w11 w21 r | w02 w12 w22 0 | bias 2^p | m | K |    bytes, lowest address first
// The bias has the input's zero point folded in; wij is the tap of kernel row i and column j.
//
// ---- cost, modelled Cortex-M4 cycles ----
// stride 1: 62 for a block of 2x2 outputs of a channel (exact 76); stride 2: 18.75 an output; widening 17 for
// a column of two rows of four channels.
#pragma once

#include <stdint.h>

#include "isa/arm_dsp.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// Two rows of an image, to be made column words. A row outside the image is one pixel of zero points, step 0.
struct ArmDspRowPair {
  const int8_t* upper;
  const int8_t* lower;
  int32_t upper_step;  // bytes from a pixel to the next
  int32_t lower_step;
  uint32_t* planes;  // of column 0
  int32_t columns;   // inside the image, at least 1
  int32_t second;    // bytes from each word to a second copy of it, or 0: none
  int32_t left;      // columns outside the image
  int32_t right;
  uint32_t padding;  // the column word of those
};

// Outputs of up to four channels.
struct ArmDspDepthwiseRows {
  const uint32_t* blocks;
  const uint32_t* planes;  // of the first channel
  int8_t* output;          // of the first channel
  int32_t channels;
  int32_t pixel_bytes;  // from an output pixel to the next
  int32_t span;         // stride 1: 32 * (width rounded down to even); stride 2: 64 * width
  int32_t row_bytes;    // stride 1: from an output row to the next
  int32_t odd;          // stride 1: width & 1
  int32_t rows;         // stride 1
  int32_t next_rows;  // stride 1: bytes from behind the last output of a row to the first one two rows below
};

// clang-format off

// One kernel column for one output. P and Q are column words, A and B taps.
#define BURIN_UPPER(to, p, q, a, b, from)            \
  "  smlad " to ", " p ", " a ", " from "\n"         \
  "  smlabt " to ", " q ", " b ", " to "\n"
#define BURIN_LOWER(to, p, q, a, b, from)            \
  "  smlatb " to ", " p ", " a ", " from "\n"        \
  "  smlad " to ", " q ", " b ", " to "\n"

// 2x2 outputs: upper left r4, lower left r2, upper right r3, lower right r5. r0 columns, r6 r7 data, r8-r12
// and lr the taps A0 B0 A1 B1 A2 B2, bias at [sp]. Five loads in a row cost 6 cycles; registers are free for
// that only before the sums exist.
#define BURIN_BLOCK                                  \
  "  ldr r2, [r0, #0]\n"                             \
  "  ldr r3, [r0, #16]\n"                            \
  "  ldr r6, [r0, #32]\n"                            \
  "  ldr r7, [r0, #48]\n"                            \
  "  ldr r5, [sp]\n"                                 \
  BURIN_UPPER("r4", "r2", "r3", "r8", "r9", "r5")    \
  BURIN_LOWER("r2", "r2", "r3", "r8", "r9", "r5")    \
  BURIN_UPPER("r4", "r6", "r7", "r10", "r11", "r4")  \
  BURIN_LOWER("r2", "r6", "r7", "r10", "r11", "r2")  \
  BURIN_UPPER("r3", "r6", "r7", "r8", "r9", "r5")    \
  BURIN_LOWER("r5", "r6", "r7", "r8", "r9", "r5")    \
  "  ldr r6, [r0, #64]\n"                            \
  "  ldr r7, [r0, #80]\n"                            \
  BURIN_UPPER("r4", "r6", "r7", "r12", "lr", "r4")   \
  BURIN_LOWER("r2", "r6", "r7", "r12", "lr", "r2")   \
  BURIN_UPPER("r3", "r6", "r7", "r10", "r11", "r3")  \
  BURIN_LOWER("r5", "r6", "r7", "r10", "r11", "r5")  \
  "  ldr r6, [r0, #96]\n"                            \
  "  ldr r7, [r0, #112]\n"                           \
  BURIN_UPPER("r3", "r6", "r7", "r12", "lr", "r3")   \
  BURIN_LOWER("r5", "r6", "r7", "r12", "lr", "r5")

// Stores the block, steps on, and compares with the end of the row. A last row that is alone has row_bytes 0:
// its own outputs are stored last.
#define BURIN_STORE_BLOCK                            \
  "  strb r2, [r1, r7]\n"                            \
  "  strb r4, [r1]\n"                                \
  "  add r1, r6\n"                                   \
  "  strb r5, [r1, r7]\n"                            \
  "  strb r3, [r1]\n"                                \
  "  ldr r7, [sp, #24]\n"                            \
  "  add r1, r6\n"                                   \
  "  adds r0, #64\n"                                 \
  "  cmp r0, r7\n"

// A pixel of each of the rows: r7 r8 r11 r12 become the column words of channels 0 to 3.
#define BURIN_PIXELS                                 \
  "  ldr r7, [r1]\n"                                 \
  "  ldr r8, [r2]\n"                                 \
  "  add r1, r3\n"                                   \
  "  add r2, r4\n"                                   \
  "  pkhbt r11, r7, r8, lsl #16\n"                   \
  "  pkhtb r12, r8, r7, asr #16\n"                   \
  "  sxtb16 r7, r11\n"                               \
  "  sxtb16 r8, r11, ror #8\n"                       \
  "  sxtb16 r11, r12\n"                              \
  "  sxtb16 r12, r12, ror #8\n"
#define BURIN_STORE(w0, w1, w2, w3, to)              \
  "  str " w1 ", [" to ", #4]\n"                     \
  "  str " w2 ", [" to ", #8]\n"                     \
  "  str " w3 ", [" to ", #12]\n"                    \
  "  str " w0 ", [" to "], #32\n"

// One kernel column's taps, scaled by r10.
#define BURIN_TAPS(word)                             \
  "  sxtb16 r11, " word "\n"                         \
  "  sxtb16 r12, " word ", ror #8\n"                 \
  "  smulbb r6, r11, r10\n"                          \
  "  smulbb r7, r12, r10\n"                          \
  "  smultb r8, r11, r10\n"                          \
  "  pkhbt r6, r6, r7, lsl #16\n"                    \
  "  pkhbt r7, r7, r8, lsl #16\n"                    \
  "  stm r1!, {r6, r7}\n"

// Stride 2: the second and third column of an output. r4 sum, r2 r3 data, taps as above.
#define BURIN_COLUMNS(p1, q1, p2, q2)                \
  "  ldr.w r2, [r0, #" p1 "]\n"                      \
  "  ldr.w r3, [r0, #" q1 "]\n"                      \
  BURIN_UPPER("r4", "r2", "r3", "r10", "r11", "r4")  \
  "  ldr.w r2, [r0, #" p2 "]\n"                      \
  "  ldr.w r3, [r0, #" q2 "]\n"                      \
  BURIN_UPPER("r4", "r2", "r3", "r12", "lr", "r4")
// ... which is the first column of the next output.
#define BURIN_FIRST_COLUMN                           \
  BURIN_UPPER("r4", "r2", "r3", "r8", "r9", "r4")
// 54 bytes of code.
#define BURIN_OUTPUT(p1, q1, p2, q2)                 \
  BURIN_COLUMNS(p1, q1, p2, q2)                      \
  "  smmla r4, r4, r5, r6\n"                         \
  "  ssat r4, #8, r4, asr #10\n"                     \
  "  strb.n r4, [r1]\n"                              \
  "  ldr.n r4, [sp]\n"                               \
  "  add.n r1, r7\n"                                 \
  BURIN_FIRST_COLUMN

struct ArmDspDepthwise {
  // Makes the blocks of `channels` channels from the stream. r3 r4 r5 packed taps, r10 2^p.
  static BURIN_NAKED void unpack(const uint32_t*, uint32_t*, int32_t) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "1:\n"
        "  ldm r0!, {r3-r8}\n"
        "  mov r10, #1\n"
        "  lsr r9, r3, #24\n"
        "  lsl r10, r10, r9\n"
        "  lsr r9, r4, #24\n"
        "  stm r1!, {r6-r9}\n"
        BURIN_TAPS("r3")
        BURIN_TAPS("r4")
        BURIN_TAPS("r5")
        "  subs r2, #1\n"
        "  bne 1b\n"
        "  pop {r4-r11, pc}\n");
  }

  // r1 r2 pixels of the two rows, r3 r4 their steps, r5 planes, r6 columns left, lr the second copy,
  // r0 padding, r9 right, r10 second.
  static BURIN_NAKED void widen(const ArmDspRowPair*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  ldm r0!, {r1-r6, r10}\n"
        "  ldm r0, {r7-r9}\n"
        "  mov r0, r9\n"
        "  mov r9, r8\n"
        "  add lr, r5, r10\n"
        "  cbz r7, 2f\n"
        "1:\n"
        BURIN_STORE("r0", "r0", "r0", "r0", "r5")
        BURIN_STORE("r0", "r0", "r0", "r0", "lr")
        "  subs r7, #1\n"
        "  bne 1b\n"
        "2:\n"
        "  cmp r10, #0\n"
        "  bne 5f\n"
        "  lsrs r7, r6, #1\n"
        "  bcs 4f\n"
        "3:\n"
        BURIN_PIXELS
        BURIN_STORE("r7", "r8", "r11", "r12", "r5")
        "4:\n"
        BURIN_PIXELS
        BURIN_STORE("r7", "r8", "r11", "r12", "r5")
        "  subs r6, #2\n"
        "  bhi 3b\n"
        "  mov lr, r5\n"
        "  b 6f\n"
        "5:\n"
        BURIN_PIXELS
        BURIN_STORE("r7", "r8", "r11", "r12", "r5")
        BURIN_STORE("r7", "r8", "r11", "r12", "lr")
        "  subs r6, #1\n"
        "  bne 5b\n"
        "6:\n"
        "  cmp r9, #0\n"
        "  beq 8f\n"
        "7:\n"
        BURIN_STORE("r0", "r0", "r0", "r0", "r5")
        BURIN_STORE("r0", "r0", "r0", "r0", "lr")
        "  subs r9, #1\n"
        "  bne 7b\n"
        "8:\n"
        "  pop {r4-r11, pc}\n");
  }

  // Stack: 0 bias, 4 m, 8 K, 12 r; 16 pixel_bytes; 20 row_bytes, 24 end of the row, 28 odd, 32 rows left;
  // 36 planes, 40 blocks, 44 output, 48 channels left, of the next channel; 52 the argument.
  static BURIN_NAKED void stride_1(const ArmDspDepthwiseRows*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  sub sp, #56\n"
        "  ldm r0, {r1-r5}\n"
        "  str r2, [sp, #36]\n"
        "  str r1, [sp, #40]\n"
        "  str r3, [sp, #44]\n"
        "  str r4, [sp, #48]\n"
        "  str r5, [sp, #16]\n"
        "  str r0, [sp, #52]\n"
        "1:\n"                            // a channel
        "  ldr r6, [sp, #40]\n"
        "  ldr r0, [sp, #36]\n"
        "  ldr r1, [sp, #44]\n"
        "  ldm r6!, {r2-r5, r8-r12, lr}\n"
        "  stm sp, {r2-r5}\n"
        "  str r6, [sp, #40]\n"
        "  adds r2, r0, #4\n"
        "  adds r3, r1, #1\n"
        "  str r2, [sp, #36]\n"
        "  str r3, [sp, #44]\n"
        "  ldr r3, [sp, #52]\n"
        "  ldr r2, [r3, #32]\n"
        "2:\n"                            // two rows: r2 rows left, r3 the argument
        "  ldr r4, [r3, #24]\n"
        "  ldr r5, [r3, #20]\n"
        "  ldr r6, [r3, #28]\n"
        "  ldr r7, [sp, #12]\n"
        "  cmp r2, #1\n"
        "  it eq\n"
        "  moveq r4, #0\n"
        "  str r4, [sp, #20]\n"
        "  add r5, r0\n"
        "  str r5, [sp, #24]\n"
        "  str r6, [sp, #28]\n"
        "  subs r2, #2\n"
        "  str r2, [sp, #32]\n"
        "  cmp r7, #0\n"
        "  bne 7f\n"
        "3:\n"                            // fast
        BURIN_BLOCK
        "  ldr r6, [sp, #4]\n"
        "  ldr r7, [sp, #8]\n"
        "  smmla r2, r2, r6, r7\n"
        "  smmla r4, r4, r6, r7\n"
        "  smmla r5, r5, r6, r7\n"
        "  smmla r3, r3, r6, r7\n"
        "  ldr r6, [sp, #16]\n"
        "  ldr r7, [sp, #20]\n"
        "  ssat r2, #8, r2, asr #10\n"
        "  ssat r4, #8, r4, asr #10\n"
        "  ssat r5, #8, r5, asr #10\n"
        "  ssat r3, #8, r3, asr #10\n"
        BURIN_STORE_BLOCK
        "  bne 3b\n"
        "  ldr r7, [sp, #28]\n"           // an odd width: one more block, one column on, repeats a column
        "  cbz r7, 4f\n"
        "  movs r7, #0\n"
        "  str r7, [sp, #28]\n"
        "  add.w r7, r0, #32\n"
        "  str r7, [sp, #24]\n"
        "  subs r0, #32\n"
        "  subs r1, r1, r6\n"
        "  b 3b\n"
        "4:\n"                            // behind a row
        "  ldr r2, [sp, #32]\n"
        "  ldr r3, [sp, #52]\n"
        "  cmp r2, #0\n"
        "  ble 5f\n"
        "  ldr r4, [r3, #36]\n"
        "  adds r0, #64\n"
        "  add r1, r4\n"
        "  b 2b\n"
        "5:\n"
        "  ldr r2, [sp, #48]\n"
        "  subs r2, #1\n"
        "  str r2, [sp, #48]\n"
        "  bne 1b\n"
        "  add sp, #56\n"
        "  pop {r4-r11, pc}\n"
        "7:\n"                            // exact
        BURIN_BLOCK
        "  ldr r6, [sp, #4]\n"
        "  smmulr r2, r2, r6\n"
        "  smmulr r4, r4, r6\n"
        "  smmulr r5, r5, r6\n"
        "  smmulr r3, r3, r6\n"
        "  ldr r6, [sp, #8]\n"
        "  ldr r7, [sp, #12]\n"
        "  add r2, r2, r2, asr #31\n"
        "  add r4, r4, r4, asr #31\n"
        "  add r5, r5, r5, asr #31\n"
        "  add r3, r3, r3, asr #31\n"
        "  adds r2, r6\n"
        "  adds r4, r6\n"
        "  adds r5, r6\n"
        "  adds r3, r6\n"
        "  asrs r2, r7\n"
        "  asrs r4, r7\n"
        "  asrs r5, r7\n"
        "  asrs r3, r7\n"
        "  ldr r6, [sp, #16]\n"
        "  ldr r7, [sp, #20]\n"
        "  ssat r2, #8, r2\n"
        "  ssat r4, #8, r4\n"
        "  ssat r5, #8, r5\n"
        "  ssat r3, #8, r3\n"
        BURIN_STORE_BLOCK
        "  bne 7b\n"
        "  ldr r7, [sp, #28]\n"
        "  cmp r7, #0\n"
        "  beq 4b\n"
        "  movs r7, #0\n"
        "  str r7, [sp, #28]\n"
        "  add.w r7, r0, #32\n"
        "  str r7, [sp, #24]\n"
        "  subs r0, #32\n"
        "  subs r1, r1, r6\n"
        "  b 7b\n");
  }

  // One row. r5 m, r6 K, r7 pixel_bytes; a loop of four outputs, entered where those that do not fill it
  // begin. Stack: 0 bias, 4 m, 8 K, 12 r; 16 pixel_bytes; 20 bytes of columns to skip, 24 where
  // to enter, 28 end of the row, 32 span; 36 to 48 as above.
  static BURIN_NAKED void stride_2(const ArmDspDepthwiseRows*) {
    __asm__(
        ".syntax unified\n"
        "  push {r4-r11, lr}\n"
        "  sub sp, #56\n"
        "  ldm r0, {r1-r6}\n"
        "  str r2, [sp, #36]\n"
        "  str r1, [sp, #40]\n"
        "  str r3, [sp, #44]\n"
        "  str r4, [sp, #48]\n"
        "  str r5, [sp, #16]\n"
        "  str r6, [sp, #32]\n"
        "  negs r6, r6\n"
        "  and r6, r6, #192\n"
        "  str r6, [sp, #20]\n"
        "  adr.w r3, 2f\n"
        "  adds r3, #1\n"
        "  add r3, r6\n"                  // 64 bytes of columns are 54 bytes of code
        "  lsrs r6, r6, #5\n"
        "  add r6, r6, r6, lsl #2\n"
        "  subs r3, r3, r6\n"
        "  str r3, [sp, #24]\n"
        "1:\n"                            // a channel
        "  ldr r3, [sp, #40]\n"
        "  ldr r0, [sp, #36]\n"
        "  ldr r1, [sp, #44]\n"
        "  ldm r3!, {r4-r12, lr}\n"
        "  str r3, [sp, #40]\n"
        "  adds r2, r0, #4\n"
        "  adds r3, r1, #1\n"
        "  str r2, [sp, #36]\n"
        "  str r3, [sp, #44]\n"
        "  ldr r2, [sp, #32]\n"
        "  add r2, r0\n"
        "  str r2, [sp, #28]\n"
        "  stm sp, {r4-r7}\n"
        "  ldr r2, [r0]\n"
        "  ldr r3, [r0, #16]\n"
        "  cmp r7, #0\n"
        "  ldr r7, [sp, #16]\n"
        BURIN_FIRST_COLUMN
        "  bne 4f\n"
        "  ldr r2, [sp, #20]\n"
        "  ldr r3, [sp, #24]\n"
        "  subs r0, r0, r2\n"
        "  bx r3\n"
        "  .balign 4\n"
        "2:\n"                            // fast
        BURIN_OUTPUT("32", "48", "64", "80")
        BURIN_OUTPUT("96", "112", "128", "144")
        BURIN_OUTPUT("160", "176", "192", "208")
        BURIN_OUTPUT("224", "240", "256", "272")
        "  ldr r2, [sp, #28]\n"
        "  add.w r0, r0, #256\n"
        "  cmp r0, r2\n"
        "  bne 2b\n"
        "3:\n"
        "  ldr r2, [sp, #48]\n"
        "  subs r2, #1\n"
        "  str r2, [sp, #48]\n"
        "  bne 1b\n"
        "  add sp, #56\n"
        "  pop {r4-r11, pc}\n"
        "4:\n"                            // exact
        BURIN_COLUMNS("32", "48", "64", "80")
        "  smmulr r4, r4, r5\n"
        "  ldr r5, [sp, #12]\n"
        "  add r4, r4, r4, asr #31\n"
        "  adds r4, r6\n"
        "  asrs r4, r5\n"
        "  ssat r4, #8, r4\n"
        "  strb r4, [r1]\n"
        "  ldr r4, [sp]\n"
        "  ldr r5, [sp, #4]\n"
        "  add r1, r7\n"
        BURIN_FIRST_COLUMN
        "  ldr r2, [sp, #28]\n"
        "  adds r0, #64\n"
        "  cmp r0, r2\n"
        "  bne 4b\n"
        "  b 3b\n");
  }
};

#undef BURIN_UPPER
#undef BURIN_LOWER
#undef BURIN_BLOCK
#undef BURIN_STORE_BLOCK
#undef BURIN_PIXELS
#undef BURIN_STORE
#undef BURIN_TAPS
#undef BURIN_COLUMNS
#undef BURIN_FIRST_COLUMN
#undef BURIN_OUTPUT
// clang-format on
#endif  // !BURIN_HOST

}  // namespace burin_kernels
