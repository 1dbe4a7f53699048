// How kernels that multiply values by weights, whatever their types, compute: an arithmetic turns an input
// element into a value, multiplies it by a weight, and makes an output element of a channel's sum of products
// and of the sum of the values.
#pragma once

#include <stdint.h>

namespace burin_kernels {

// float32 with float32 weights, or with int8 weights that stand for weight * scale; scales are then one, or
// one a channel.
struct F32Arithmetic {
  typedef float Sum;
  const float* scales;  // null where weights are float32
  int32_t scale_step;   // 1: a scale a channel
  const float* bias;
  float lowest;
  float highest;

  static float value(float element) { return element; }
  template <class Weight>
  static float product(float value, Weight weight) {
    return value * static_cast<float>(weight);
  }
  float finish(float sum, float, int32_t channel) const {
    const float scaled = scales == 0 ? sum : sum * scales[channel * scale_step];
    const float result = scaled + bias[channel];
    return result < lowest ? lowest : result > highest ? highest : result;
  }
};

// 8-bit integers, also with a zero point of the weights: sum (x - zx) * (w - zw) is the sum of (x - zx) * w,
// minus zw times that of (x - zx). Geometry: input_zero_point, weights_zero_point, output_zero_point,
// activation_min, activation_max, round_once.
template <class G, class Isa, class Output>
struct AsymmetricArithmetic {
  typedef int32_t Sum;
  const int32_t* bias;
  const int32_t* multipliers;
  const int8_t* shifts;

  static int32_t value(int32_t element) { return element - G::input_zero_point; }
  static int32_t product(int32_t value, int32_t weight) { return value * weight; }
  Output finish(int32_t sum, int32_t values, int32_t channel) const {
    const int32_t scaled = Isa::requantize(sum - G::weights_zero_point * values + bias[channel],
                                           multipliers[channel], shifts[channel], G::round_once != 0);
    return static_cast<Output>(
        Isa::clamp(scaled + G::output_zero_point, G::activation_min, G::activation_max));
  }
};

}  // namespace burin_kernels
