// The primitive layer of cores with the DSP extension: Cortex-M4, M7, M33 and their kin.
//
//   dot_s8      start + sum of a[i] * b[i]
//               eight products in 22 modeled Cortex-M4 cycles, r0 to r7
//   copy        bytes, at any addresses
//               sixteen in 12 cycles, r0 to r6
//   requantize  round(round(value * multiplier / 2^31) / 2^-shift), halves away from zero
//               four instructions inline, of which the shift takes three; the three operands in registers
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// The address of a label further on in the same block of assembly, with the Thumb bit, as BX takes it: the
// distance to it in a register, and then the program counter added at the label `here`. ADR would be one
// instruction, but it counts from the word that the instruction lies in, which an assembler finds from the
// section's start: a function whose section a linker places at an odd multiple of two would branch two bytes
// off.
#define BURIN_CODE_OFFSET(condition, register, label, here) \
  "  movw" condition " " register ", #:lower16:(" label " - " here " - 3)\n"
#define BURIN_CODE_ADDRESS(register, here) here ":\n  add " register ", pc\n"
#endif  // !BURIN_HOST

struct ArmDsp : Generic {
#ifndef BURIN_HOST
  // Eight products a round: 22 cycles, where loads of two words, four widenings and two multiplications take
  // four. Both sides may lie at any address. r0 a, r1 b, r2 count, r3 sum.
  static BURIN_NAKED int32_t dot_s8(const int8_t*, const int8_t*, int32_t, int32_t) {
    __asm__(
        "push {r4-r7, lr}\n"
        "subs r2, #8\n"
        "blt 2f\n"
        "1:\n"
        "ldr r4, [r0], #4\n"
        "ldr r5, [r1], #4\n"
        "sxtb16 r6, r4\n"
        "sxtb16 r7, r5\n"
        "sxtb16 r4, r4, ror #8\n"
        "sxtb16 r5, r5, ror #8\n"
        "smlad r3, r6, r7, r3\n"
        "smlad r3, r4, r5, r3\n"
        "ldr r4, [r0], #4\n"
        "ldr r5, [r1], #4\n"
        "sxtb16 r6, r4\n"
        "sxtb16 r7, r5\n"
        "sxtb16 r4, r4, ror #8\n"
        "sxtb16 r5, r5, ror #8\n"
        "smlad r3, r6, r7, r3\n"
        "smlad r3, r4, r5, r3\n"
        "subs r2, #8\n"
        "bge 1b\n"
        "2:\n"
        "adds r2, #8\n"
        "beq 4f\n"
        "3:\n"
        "ldrsb r4, [r0], #1\n"
        "ldrsb r5, [r1], #1\n"
        "subs r2, #1\n"
        "smlabb r3, r4, r5, r3\n"
        "bne 3b\n"
        "4:\n"
        "mov r0, r3\n"
        "pop {r4-r7, pc}\n");
  }

  // Four instructions. Twice the multiplier exceeds 32 bits by 2^32, which the addend makes up for: x =
  // round(value * multiplier / 2^31), less 1 if negative, as halves go away from zero; the last bit that is
  // shifted out rounds.
  static BURIN_ALWAYS_INLINE int32_t requantize_right(int32_t value, int32_t multiplier, int32_t shift) {
    int32_t x;
    __asm__("smmlar %0, %1, %2, %1"
            : "=r"(x)
            : "r"(value), "r"(static_cast<int32_t>(static_cast<uint32_t>(multiplier) << 1)));
    if (shift != 0) {
      __asm__(
          "add %0, %0, %0, asr #31\n"
          "asrs %0, %0, %1\n"
          "adc %0, %0, #0\n"
          : "+r"(x)
          : "r"(-shift)
          : "cc");
    }
    return x;
  }
  // Any shift. A multiplier below 2^30 is 0 or from no quantization, and kept out of the way.
  static BURIN_ALWAYS_INLINE int32_t requantize_twice(int32_t value, int32_t multiplier, int32_t shift) {
    if (multiplier < int32_t(1) << 30) return requantize_otherwise(value, multiplier, shift);
    if (shift > 0) {
      value = static_cast<int32_t>(static_cast<uint32_t>(value) << shift);
      shift = 0;
    }
    return requantize_right(value, multiplier, shift);
  }
  static BURIN_SHARED int32_t requantize_otherwise(int32_t value, int32_t multiplier, int32_t shift) {
    return Generic::requantize_twice(value, multiplier, shift);
  }
  static BURIN_ALWAYS_INLINE int32_t requantize(int32_t value, int32_t multiplier, int32_t shift, bool once) {
    return once ? requantize_once(value, multiplier, shift) : requantize_twice(value, multiplier, shift);
  }

  // Sixteen bytes a round: 12 cycles, where C libraries made small take seven for each byte. Loads come
  // before stores, so that the ends may overlap. Any addresses. r0 to, r1 from, r2 bytes.
  static BURIN_NAKED void copy(void*, const void*, int32_t) {
    __asm__(
        "push {r4-r6, lr}\n"
        "subs r2, #16\n"
        "blt 2f\n"
        "1:\n"
        "ldr r4, [r1, #4]\n"
        "ldr r5, [r1, #8]\n"
        "ldr r6, [r1, #12]\n"
        "ldr r3, [r1], #16\n"
        "str r4, [r0, #4]\n"
        "str r5, [r0, #8]\n"
        "str r6, [r0, #12]\n"
        "str r3, [r0], #16\n"
        "subs r2, #16\n"
        "bge 1b\n"
        "2:\n"
        "adds r2, #12\n"
        "blt 4f\n"
        "3:\n"
        "ldr r3, [r1], #4\n"
        "str r3, [r0], #4\n"
        "subs r2, #4\n"
        "bge 3b\n"
        "4:\n"
        "adds r2, #4\n"
        "beq 6f\n"
        "5:\n"
        "ldrb r3, [r1], #1\n"
        "strb r3, [r0], #1\n"
        "subs r2, #1\n"
        "bne 5b\n"
        "6:\n"
        "pop {r4-r6, pc}\n");
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
