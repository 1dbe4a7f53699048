// How kernels that multiply float32 values by weights compute: the product of a value and a weight, several
// of them at once, and an output element from a channel's sum of products.
#pragma once

#include <stdint.h>

// Where float32 is computed by an FPU whose registers can be loaded in runs.
#if defined(__ARM_FP) && (__ARM_FP & 4) && defined(__thumb2__) && !defined(__ARM_BIG_ENDIAN)
#define BURIN_FLOAT_BLOCKS
#endif

namespace burin_kernels {

// float32 with float32 weights, or with int8 weights that stand for weight * scale; scales are then one, or
// one a channel.
struct F32Arithmetic {
  const float* scales;  // null where weights are float32
  int32_t scale_step;   // 1: a scale a channel
  const float* bias;
  float lowest;
  float highest;

  template <class Weight>
  static float product(float value, Weight weight) {
    return value * static_cast<float>(weight);
  }
  // Takes as many of `length` inputs, with four weights each, as come in fours, and moves both pointers
  // behind them.
#ifdef BURIN_FLOAT_BLOCKS
  // Sixteen products: 59 cycles. A product and a sum take a cycle each, both in one instruction three.
  static void four_products(const float*& values, const float*& weights, int32_t length, float& sum_0,
                            float& sum_1, float& sum_2, float& sum_3) {
    int32_t fours = length >> 2;
    if (fours == 0) return;
    __asm__ volatile(
        "1:\n"
        "vldmia %[values]!, {s8-s11}\n"
        "vldmia %[weights]!, {s0-s7}\n"
        "vmul.f32 s0, s0, s8\n"
        "vmul.f32 s1, s1, s8\n"
        "vmul.f32 s2, s2, s8\n"
        "vmul.f32 s3, s3, s8\n"
        "vadd.f32 %[sum_0], %[sum_0], s0\n"
        "vadd.f32 %[sum_1], %[sum_1], s1\n"
        "vadd.f32 %[sum_2], %[sum_2], s2\n"
        "vadd.f32 %[sum_3], %[sum_3], s3\n"
        "vmul.f32 s4, s4, s9\n"
        "vmul.f32 s5, s5, s9\n"
        "vmul.f32 s6, s6, s9\n"
        "vmul.f32 s7, s7, s9\n"
        "vadd.f32 %[sum_0], %[sum_0], s4\n"
        "vadd.f32 %[sum_1], %[sum_1], s5\n"
        "vadd.f32 %[sum_2], %[sum_2], s6\n"
        "vadd.f32 %[sum_3], %[sum_3], s7\n"
        "vldmia %[weights]!, {s0-s7}\n"
        "vmul.f32 s0, s0, s10\n"
        "vmul.f32 s1, s1, s10\n"
        "vmul.f32 s2, s2, s10\n"
        "vmul.f32 s3, s3, s10\n"
        "vadd.f32 %[sum_0], %[sum_0], s0\n"
        "vadd.f32 %[sum_1], %[sum_1], s1\n"
        "vadd.f32 %[sum_2], %[sum_2], s2\n"
        "vadd.f32 %[sum_3], %[sum_3], s3\n"
        "vmul.f32 s4, s4, s11\n"
        "vmul.f32 s5, s5, s11\n"
        "vmul.f32 s6, s6, s11\n"
        "vmul.f32 s7, s7, s11\n"
        "vadd.f32 %[sum_0], %[sum_0], s4\n"
        "vadd.f32 %[sum_1], %[sum_1], s5\n"
        "vadd.f32 %[sum_2], %[sum_2], s6\n"
        "vadd.f32 %[sum_3], %[sum_3], s7\n"
        "subs %[fours], %[fours], #1\n"
        "bne 1b\n"
        : [values] "+r"(values), [weights] "+r"(weights), [fours] "+r"(fours), [sum_0] "+t"(sum_0),
          [sum_1] "+t"(sum_1), [sum_2] "+t"(sum_2), [sum_3] "+t"(sum_3)
        :
        : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "cc", "memory");
  }
#endif
  template <class Weight>
  static void four_products(const float*, const Weight*, int32_t, float, float, float, float) {}

  float finish(float sum, int32_t channel) const {
    const float scaled = scales == 0 ? sum : sum * scales[channel * scale_step];
    const float result = scaled + bias[channel];
    return result < lowest ? lowest : result > highest ? highest : result;
  }
};

}  // namespace burin_kernels
