// The inner loops of the int8 3x3 depthwise convolution on cores with the DSP extension.
//
// Planes:
// Image rows are taken in pairs, four channels at a time. A column word of a channel holds two vertical
// neighbors as int16: upper row in the lower half, lower row in the upper half. With P a column of one pair
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
// Requantization:
// The reference rounds twice: h = floor((a m + 2^30) / 2^31), then h / 2^r to the nearest, halves away from
// zero. Where results below zero are clamped anyway (zero point z = -128) halves may as well go up, and
// floors compose:
//   z + floor((h + 2^(r-1)) / 2^r) = floor((a m + 2^30 + 2^(30+r) + z 2^(31+r)) / 2^(31+r))
// which, a being 2^p a' scaled through its weights, p = 11 - r in [2, 8], is
//   fast:   SSAT8( (K + ((a 2^p m) >> 32)) >> 10 ),    K = 2^(p-2) + 2^9 + z 2^10         SMMLA, SSAT
// for every accumulator, without a proof by cases. (Rounding once lacks the 2^30, so K lacks 2^(p-2); there
// it holds for any z, and p = 1 too.) Other channels take it with p, m and K that Burin has proved for every
// sum they can reach. Else, with p = 1, and 2 a m = (2 a) m:
//   exact:  h = SMMULR(2 a, m);  h += h >> 31;  SSAT8((h + K) >> r),   K = 2^(r-1) + z 2^r, r > 0
//
// Blocks (in scratch, 10 words a channel):
//   | bias 2^p | m | K | r, or 0: fast | A0 | B0 | A1 | B1 | A2 | B2 |      kernel columns 0 1 2
// Stream (in flash, 6 words a channel):
//   | w00 w10 w20 p | w01 w11 w21 r | w02 w12 w22 0 | bias 2^p | m | K |    bytes, lowest address first
// The bias has the input's zero point folded in; wij is the tap of kernel row i and column j.
//
// Cost, modeled Cortex-M4 cycles:
// stride 1: 62 for 2x2 outputs of a channel (exact 76); stride 2: 17.75 an output (exact 27); widening 31 for
// two columns of two rows of four channels, 42 with second copies.
#pragma once

#include <stdint.h>

#include "arm_dsp/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// Up to four channels of an image: what to widen and what to make of it. One pair of rows is widened, then in
// each of `turns` turns pairs_a_turn more are, and up to rows_a_turn output rows are made. Fields marked *
// move on.
struct ArmDspDepthwiseGroup {
  const int8_t* row;           // 0 * where row y of the input lies, or would: the first of four channels
  int32_t y;                   // 4 * the next row to widen; zero points stand outside [0, height)
  int32_t height;              // 8
  int32_t row_bytes;           // 12 rows follow each other ...
  const int8_t* end;           // 16 ... up to here,
  int32_t ring_bytes;          // 20 whence this many bytes back
  int32_t pixel_bytes;         // 24
  uint32_t zero_points;        // 28 a pixel outside the image
  int32_t columns;             // 32 inside the image, at least 1
  int32_t left;                // 36 columns outside the image, to be filled
  int32_t right;               // 40
  uint32_t padding;            // 44 the column word of those
  uint32_t* planes;            // 48 * the first column of the next pair
  int32_t planes_step;         // 52 from pair to pair, but 16 from the first one to the second
  int32_t second;              // 56 to a second copy of each word but those of the first and the last pair
  int32_t pairs;               // 60 * still to widen in the turn; 1 for the first pair
  int32_t pairs_a_turn;        // 64
  int32_t turns;               // 68 *
  int32_t rows;                // 72 * still to make
  int32_t rows_a_turn;         // 76
  const uint32_t* source;      // 80 * column 0 of the first channel wanted
  int8_t* output;              // 84 * of the first channel
  int32_t output_row_bytes;    // 88 rows follow each other ...
  const int8_t* output_end;    // 92 ... up to here,
  int32_t output_ring_bytes;   // 96 whence this many bytes back
  int32_t output_pixel_bytes;  // 100
  const uint32_t* blocks;      // 104
  int32_t channels;            // 108
  int32_t span;                // 112 stride 1: 32 * (width rounded down to even); stride 2: 64 * width
  int32_t odd;                 // 116 stride 1: width & 1
  int32_t next_columns;  // 120 stride 1: from behind the last 2x2 block of two rows to the next two rows
  int32_t next_output;   // 124 the same for the output
  int32_t gap;           // 128 where all pairs but the first and the last lie inside the image and in one
                         // piece: from the end of one's words to the next one's; else 0
  int32_t next_pair;     // 132 from the end of a row's columns to the row two below its own
  void (*widen)(ArmDspDepthwiseGroup*);  // 136
};

// clang-format off

// One kernel column for one output. P and Q are column words, A and B taps.
#define BURIN_UPPER(to, p, q, a, b, from)            \
  "  smlad " to ", " p ", " a ", " from "\n"         \
  "  smlabt " to ", " q ", " b ", " to "\n"
#define BURIN_LOWER(to, p, q, a, b, from)            \
  "  smlatb " to ", " p ", " a ", " from "\n"        \
  "  smlad " to ", " q ", " b ", " to "\n"

// Two columns for the left outputs of a block: upper r4, lower r2. r0 columns, r6 r7 data, r8-r12 and lr the
// taps A0 B0 A1 B1 A2 B2, bias at [sp], then in r5. Five loads in a row cost 6 cycles; registers are free for
// that only before the sums exist.
#define BURIN_LEFT                                   \
  "  ldr r2, [r0, #0]\n"                             \
  "  ldr r3, [r0, #16]\n"                            \
  "  ldr r6, [r0, #32]\n"                            \
  "  ldr r7, [r0, #48]\n"                            \
  "  ldr r5, [sp]\n"                                 \
  BURIN_UPPER("r4", "r2", "r3", "r8", "r9", "r5")    \
  BURIN_LOWER("r2", "r2", "r3", "r8", "r9", "r5")    \
  BURIN_UPPER("r4", "r6", "r7", "r10", "r11", "r4")  \
  BURIN_LOWER("r2", "r6", "r7", "r10", "r11", "r2")
// Their third column.
#define BURIN_LEFT_END                               \
  "  ldr r6, [r0, #64]\n"                            \
  "  ldr r7, [r0, #80]\n"                            \
  BURIN_UPPER("r4", "r6", "r7", "r12", "lr", "r4")   \
  BURIN_LOWER("r2", "r6", "r7", "r12", "lr", "r2")
// 2x2 outputs: the right ones are upper r3, lower r5.
#define BURIN_BLOCK                                  \
  BURIN_LEFT                                         \
  BURIN_UPPER("r3", "r6", "r7", "r8", "r9", "r5")    \
  BURIN_LOWER("r5", "r6", "r7", "r8", "r9", "r5")    \
  BURIN_LEFT_END                                     \
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

// Behind two rows: on to the next two, or one, at label `loop`, or to `end`.
#define BURIN_NEXT_ROWS(loop, end)                   \
  "  ldr r2, [sp, #28]\n"                            \
  "  ldr r4, [sp, #72]\n"                            \
  "  ldr r5, [sp, #76]\n"                            \
  "  ldr r6, [sp, #64]\n"                            \
  "  add r0, r4\n"                                   \
  "  add r1, r5\n"                                   \
  "  add r6, r0\n"                                   \
  "  str r6, [sp, #24]\n"                            \
  "  subs r2, #2\n"                                  \
  "  str r2, [sp, #28]\n"                            \
  "  cmp r2, #1\n"                                   \
  "  bgt " loop "b\n"                                \
  "  blt " end "\n"                                    \
  "  movs r7, #0\n"                                  \
  "  str r7, [sp, #20]\n"                            \
  "  b " loop "b\n"

// Finds the pixels and the step of row r6, and steps on to the next row.
#define BURIN_FIND_ROW(pixels, step)                 \
  "  cmp r6, r7\n"                                   \
  "  itete lo\n"                                     \
  "  movlo " pixels ", r5\n"                         \
  "  addhs " pixels ", r0, #28\n"                    \
  "  movlo " step ", r11\n"                          \
  "  movhs " step ", #0\n"                           \
  "  adds r6, #1\n"                                  \
  "  add r5, r8\n"                                   \
  "  cmp r5, r9\n"                                   \
  "  it hs\n"                                        \
  "  subhs r5, r5, r10\n"
// Column words of a pixel of both rows, from upper and lower; r11 r12 free.
#define BURIN_PACK(upper, lower)                     \
  "  pkhbt r11, " upper ", " lower ", lsl #16\n"     \
  "  pkhtb r12, " lower ", " upper ", asr #16\n"     \
  "  sxtb16 " upper ", r11\n"                        \
  "  sxtb16 " lower ", r11, ror #8\n"                \
  "  sxtb16 r11, r12\n"                              \
  "  sxtb16 r12, r12, ror #8\n"
#define BURIN_STORE(w0, w1, w2, w3, to)              \
  "  str " w1 ", [" to ", #4]\n"                     \
  "  str " w2 ", [" to ", #8]\n"                     \
  "  str " w3 ", [" to ", #12]\n"                    \
  "  str " w0 ", [" to "], #32\n"
#define BURIN_LOAD_TWO                               \
  "  ldr r7, [r1]\n"                                 \
  "  ldr r8, [r1, r3]\n"                             \
  "  ldr r9, [r2]\n"                                 \
  "  ldr r10, [r2, r4]\n"                            \
  "  add r1, r1, r3, lsl #1\n"                       \
  "  add r2, r2, r4, lsl #1\n"
#define BURIN_PAIR(to, second)                       \
  "  ldr r7, [r1]\n"                                 \
  "  ldr r9, [r2]\n"                                 \
  "  add r1, r3\n"                                   \
  "  add r2, r4\n"                                   \
  BURIN_PACK("r7", "r9")                             \
  BURIN_STORE("r7", "r9", "r11", "r12", to)          \
  second
// `count` is the field's offset; labels to and done.
#define BURIN_OUTSIDE(count, loop, done)             \
  "  ldr r7, [r0, #" count "]\n"                     \
  "  ldr r8, [r0, #44]\n"                            \
  "  cbz r7, " done "f\n"                            \
  loop ":\n"                                         \
  BURIN_STORE("r8", "r8", "r8", "r8", "r5")          \
  "  subs r7, #1\n"                                  \
  "  bne " loop "b\n"                                \
  done ":\n"

// Begins a function with the argument in r0. Label 20 begins the next turn: widens, and finds its rows,
// pointers and channels. Stack: 16 pixel_bytes, 32 rows of the turn, 36 planes, 40 blocks, 44 output, 48
// channels left, of the next channel; 52 the argument; 60 from the first output row to the second. Leaves in
// r1 the source of the next turn, in r6 the second output row, in r3 r4 r5 what it takes to step on from
// there.
#define BURIN_TURN                                   \
  "  push {r4-r11, lr}\n"                            \
  "  sub sp, #84\n"                                  \
  "  str r0, [sp, #52]\n"                            \
  "  ldr r1, [r0, #136]\n"                           \
  "  blx r1\n"                                       \
  "  ldr r1, [r0, #48]\n"                            \
  "  ldr r2, [r0, #52]\n"                            \
  "  subs r1, r1, r2\n"                              \
  "  adds r1, #16\n"                                 \
  "  str r1, [r0, #48]\n"                            \
  "20:\n"                                            \
  "  ldr r2, [r0, #136]\n"                           \
  "  ldr r1, [r0, #64]\n"                            \
  "  str r1, [r0, #60]\n"                            \
  "  blx r2\n"                                       \
  "  ldr r1, [r0, #72]\n"                            \
  "  ldr r2, [r0, #76]\n"                            \
  "  cmp r1, r2\n"                                   \
  "  it lt\n"                                        \
  "  movlt r2, r1\n"                                 \
  "  subs r1, r1, r2\n"                              \
  "  str r1, [r0, #72]\n"                            \
  "  str r2, [sp, #32]\n"                            \
  "  add r7, r0, #80\n"                              \
  "  ldm r7, {r1-r8}\n"                              \
  "  str r1, [sp, #36]\n"                            \
  "  str r7, [sp, #40]\n"                            \
  "  str r2, [sp, #44]\n"                            \
  "  str r8, [sp, #48]\n"                            \
  "  str r6, [sp, #16]\n"                            \
  "  adds r1, #16\n"                                 \
  "  add r6, r2, r3\n"                               \
  "  cmp r6, r4\n"                                   \
  "  it hs\n"                                        \
  "  subhs r6, r6, r5\n"                             \
  "  subs r2, r6, r2\n"                              \
  "  str r2, [sp, #60]\n"

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

// Stride 2. r4 sum, r2 r3 data, r8 A0, r10 A1, r12 A2, the third taps of the kernel columns in the halves of
// r9 and in the upper one of lr, r11 bias. The second and third column of an output:
#define BURIN_COLUMNS(p1, q1, p2, q2)                \
  "  ldr.w r2, [r0, #" p1 "]\n"                      \
  "  ldr.w r3, [r0, #" q1 "]\n"                      \
  "  smlad r4, r2, r10, r4\n"                        \
  "  smlabt r4, r3, r9, r4\n"                        \
  "  ldr.w r2, [r0, #" p2 "]\n"                      \
  "  ldr.w r3, [r0, #" q2 "]\n"                      \
  "  smlad r4, r2, r12, r4\n"                        \
  "  smlabt r4, r3, lr, r4\n"
// ... which is the first column of the next output.
#define BURIN_FIRST_COLUMN                           \
  "  smlad r4, r2, r8, r11\n"                        \
  "  smlabb r4, r3, r9, r4\n"
// 52 bytes of code.
#define BURIN_OUTPUT(p1, q1, p2, q2)                 \
  BURIN_COLUMNS(p1, q1, p2, q2)                      \
  "  smmla r4, r4, r5, r6\n"                         \
  "  ssat r4, #8, r4, asr #10\n"                     \
  "  strb.n r4, [r1]\n"                              \
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

  // Widens the turn's pairs. Keeps only r0. r1 r2 pixels of the rows, r3 r4 their steps, r5 planes, lr their
  // second copy, r6 columns left, r7-r12 data. Called by what follows, not from C++.
  static BURIN_NAKED void widen(ArmDspDepthwiseGroup*) {
    __asm__(
        ".syntax unified\n"
        "  push {lr}\n"
        "1:\n"
        "  ldm r0, {r5-r11}\n"
        BURIN_FIND_ROW("r1", "r3")
        BURIN_FIND_ROW("r2", "r4")
        "  stm r0, {r5, r6}\n"
        "  ldr r5, [r0, #48]\n"
        "  ldr r7, [r0, #52]\n"
        "  ldr r6, [r0, #32]\n"
        "  ldr lr, [r0, #56]\n"
        "  ldr r8, [r0, #60]\n"
        "  add r7, r5\n"
        "  str r7, [r0, #48]\n"
        "  cmp lr, #0\n"
        "  it ne\n"
        "  cmpne r8, #1\n"
        "  bne 5f\n"
        BURIN_OUTSIDE("36", "10", "11")
        "  lsls r7, r6, #31\n"
        "  beq 2f\n"
        BURIN_PAIR("r5", "")              // an odd column
        "  subs r6, #1\n"
        "  beq 3f\n"
        "2:\n"
        BURIN_LOAD_TWO
        BURIN_PACK("r7", "r9")
        BURIN_STORE("r7", "r9", "r11", "r12", "r5")
        BURIN_PACK("r8", "r10")
        BURIN_STORE("r8", "r10", "r11", "r12", "r5")
        "  subs r6, #2\n"
        "  bne 2b\n"
        "3:\n"
        BURIN_OUTSIDE("40", "12", "13")
        "4:\n"
        "  ldr r7, [r0, #60]\n"
        "  subs r7, #1\n"
        "  str r7, [r0, #60]\n"
        "  bne 1b\n"
        "  pop {pc}\n"
        "5:\n"                            // with second copies
        "  add lr, r5\n"
        "6:\n"
        "  lsls r7, r6, #31\n"
        "  bne 8f\n"
        "7:\n"
        BURIN_PAIR("r5", BURIN_STORE("r7", "r9", "r11", "r12", "lr"))
        "8:\n"
        BURIN_PAIR("r5", BURIN_STORE("r7", "r9", "r11", "r12", "lr"))
        "  subs r6, #2\n"
        "  bhi 7b\n"
        "  ldr r9, [r0, #128]\n"
        "  ldr r7, [r0, #60]\n"
        "  ldr r8, [r0, #132]\n"
        "  cmp r9, #0\n"
        "  beq 4b\n"
        "  add r1, r8\n"                 // the next pair
        "  add r2, r8\n"
        "  add r5, r9\n"
        "  add lr, r9\n"
        "  subs r7, #1\n"
        "  str r7, [r0, #60]\n"
        "  ldr r6, [r0, #32]\n"
        "  cmp r7, #1\n"
        "  bne 6b\n"
        "  ldr r6, [r0, #4]\n"           // the last one
        "  ldr r7, [r0, #64]\n"
        "  str r1, [r0]\n"
        "  str r5, [r0, #48]\n"
        "  add r6, r6, r7, lsl #1\n"
        "  subs r6, #4\n"
        "  str r6, [r0, #4]\n"
        "  b 1b\n");
  }

  // Stack besides: 0 bias, 4 m, 8 K, 12 r, 20 row_bytes, 24 end of the row, 28 rows left, 64 span, 68 odd,
  // 72 next_columns, 76 next_output.
  static BURIN_NAKED void stride_1(ArmDspDepthwiseGroup*) {
    __asm__(
        ".syntax unified\n"
        BURIN_TURN
        "  add r6, r3\n"                 // two rows on
        "  cmp r6, r4\n"
        "  it hs\n"
        "  subhs r6, r6, r5\n"
        "  strd r1, r6, [r0, #80]\n"
        "  add r7, r0, #112\n"
        "  ldm r7, {r1-r4}\n"
        "  add r7, sp, #64\n"
        "  stm r7, {r1-r4}\n"
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
        "  ldr r4, [sp, #60]\n"
        "  ldr r2, [sp, #32]\n"
        "  ldr r6, [sp, #64]\n"
        "  cmp r2, #1\n"
        "  it eq\n"
        "  moveq r4, #0\n"
        "  str r4, [sp, #20]\n"
        "  str r2, [sp, #28]\n"
        "  add r6, r0\n"
        "  str r6, [sp, #24]\n"
        "  cmp r5, #0\n"
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
        "  ldr r7, [sp, #68]\n"
        "  cbnz r7, 5f\n"
        "4:\n"
        BURIN_NEXT_ROWS("3", "6f")
        "5:\n"                            // an odd width: the last column alone
        BURIN_LEFT
        BURIN_LEFT_END
        "  ldr r6, [sp, #4]\n"
        "  ldr r7, [sp, #8]\n"
        "  smmla r2, r2, r6, r7\n"
        "  smmla r4, r4, r6, r7\n"
        "  ldr r7, [sp, #20]\n"
        "  ssat r2, #8, r2, asr #10\n"
        "  ssat r4, #8, r4, asr #10\n"
        "  strb r2, [r1, r7]\n"
        "  strb r4, [r1]\n"
        "  b 4b\n"
        "6:\n"                            // behind a channel
        "  ldr r2, [sp, #48]\n"
        "  subs r2, #1\n"
        "  str r2, [sp, #48]\n"
        "  bne 1b\n"
        "  ldr r0, [sp, #52]\n"
        "  ldr r1, [r0, #68]\n"
        "  subs r1, #1\n"
        "  str r1, [r0, #68]\n"
        "  bne 20b\n"
        "  add sp, #84\n"
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
        "  ldr r7, [sp, #68]\n"
        "  cmp r7, #0\n"
        "  beq 8f\n"
        BURIN_LEFT
        BURIN_LEFT_END
        "  ldr r6, [sp, #4]\n"
        "  smmulr r2, r2, r6\n"
        "  smmulr r4, r4, r6\n"
        "  ldr r6, [sp, #8]\n"
        "  ldr r7, [sp, #12]\n"
        "  add r2, r2, r2, asr #31\n"
        "  add r4, r4, r4, asr #31\n"
        "  adds r2, r6\n"
        "  adds r4, r6\n"
        "  asrs r2, r7\n"
        "  asrs r4, r7\n"
        "  ldr r7, [sp, #20]\n"
        "  ssat r2, #8, r2\n"
        "  ssat r4, #8, r4\n"
        "  strb r2, [r1, r7]\n"
        "  strb r4, [r1]\n"
        "8:\n"
        BURIN_NEXT_ROWS("7", "6b"));
  }

  // Per row a loop of four outputs, entered where those that do not fill it begin. r5 m, r6 K, r7
  // pixel_bytes. Stack besides: 4 m, 8 r, 20 bytes of columns to skip at the entry, 24 the entry, 28 rows
  // left, 56 end of the row, 60 span.
  static BURIN_NAKED void stride_2(ArmDspDepthwiseGroup*) {
    __asm__(
        ".syntax unified\n"
        BURIN_TURN
        "  strd r1, r6, [r0, #80]\n"
        "  ldr r3, [r0, #112]\n"
        "  str r3, [sp, #60]\n"
        "  negs r3, r3\n"
        "  and r3, r3, #192\n"
        "  str r3, [sp, #20]\n"
        BURIN_CODE_OFFSET("", "r4", "4f", "9f")
        BURIN_CODE_ADDRESS("r4", "9")
        "  add r4, r3\n"                 // 64 bytes of columns are 52 bytes of code
        "  lsrs r3, r3, #4\n"
        "  add r3, r3, r3, lsl #1\n"
        "  subs r4, r4, r3\n"
        "  str r4, [sp, #24]\n"
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
        "  pkhtb r9, r11, r9, asr #16\n"
        "  mov r11, r4\n"
        "  cmp r7, #0\n"
        "  bne 6f\n"
        "  str r2, [sp, #28]\n"
        "2:\n"                            // a row
        "  ldr r7, [sp, #16]\n"
        "  ldr r4, [sp, #60]\n"
        "  ldr r2, [r0]\n"
        "  ldr r3, [r0, #16]\n"
        "  add r4, r0\n"
        "  str r4, [sp, #56]\n"
        BURIN_FIRST_COLUMN
        "  ldr r2, [sp, #20]\n"
        "  ldr r3, [sp, #24]\n"
        "  subs r0, r0, r2\n"
        "  bx r3\n"
        "  .balign 4\n"
        "4:\n"                            // fast
        BURIN_OUTPUT("32", "48", "64", "80")
        BURIN_OUTPUT("96", "112", "128", "144")
        BURIN_OUTPUT("160", "176", "192", "208")
        BURIN_OUTPUT("224", "240", "256", "272")
        "  ldr r2, [sp, #56]\n"
        "  add.w r0, r0, #256\n"
        "  cmp r0, r2\n"
        "  bne 4b\n"
        "  ldr r2, [sp, #28]\n"
        "  adds r0, #32\n"
        "  subs r2, #1\n"
        "  str r2, [sp, #28]\n"
        "  bne 2b\n"
        "5:\n"                            // behind a channel
        "  ldr r2, [sp, #48]\n"
        "  subs r2, #1\n"
        "  str r2, [sp, #48]\n"
        "  bne 1b\n"
        "  ldr r0, [sp, #52]\n"
        "  ldr r1, [r0, #68]\n"
        "  subs r1, #1\n"
        "  str r1, [r0, #68]\n"
        "  bne 20b\n"
        "  add sp, #84\n"
        "  pop {r4-r11, pc}\n"
        "6:\n"                            // exact
        "  str r2, [sp, #28]\n"
        "  strd r5, r7, [sp, #4]\n"
        "  ldr r7, [sp, #16]\n"
        "7:\n"
        "  ldr r4, [sp, #60]\n"
        "  ldr r2, [r0]\n"
        "  ldr r3, [r0, #16]\n"
        "  add r4, r0\n"
        "  str r4, [sp, #56]\n"
        BURIN_FIRST_COLUMN
        "8:\n"
        BURIN_COLUMNS("32", "48", "64", "80")
        "  smmulr r4, r4, r5\n"
        "  ldr r5, [sp, #8]\n"
        "  add r4, r4, r4, asr #31\n"
        "  adds r4, r6\n"
        "  asrs r4, r5\n"
        "  ssat r4, #8, r4\n"
        "  strb r4, [r1]\n"
        "  ldr r5, [sp, #4]\n"
        "  add r1, r7\n"
        BURIN_FIRST_COLUMN
        "  ldr r2, [sp, #56]\n"
        "  adds r0, #64\n"
        "  cmp r0, r2\n"
        "  bne 8b\n"
        "  ldr r2, [sp, #28]\n"
        "  adds r0, #32\n"
        "  subs r2, #1\n"
        "  str r2, [sp, #28]\n"
        "  bne 7b\n"
        "  b 5b\n");
  }
};

#undef BURIN_UPPER
#undef BURIN_LOWER
#undef BURIN_LEFT
#undef BURIN_LEFT_END
#undef BURIN_BLOCK
#undef BURIN_STORE_BLOCK
#undef BURIN_NEXT_ROWS
#undef BURIN_FIND_ROW
#undef BURIN_PACK
#undef BURIN_STORE
#undef BURIN_LOAD_TWO
#undef BURIN_PAIR
#undef BURIN_OUTSIDE
#undef BURIN_TURN
#undef BURIN_TAPS
#undef BURIN_COLUMNS
#undef BURIN_FIRST_COLUMN
#undef BURIN_OUTPUT
// clang-format on
#endif  // !BURIN_HOST

}  // namespace burin_kernels
