// Affine quantization: real = scale * (quantized - zero_point), per tensor or per slice along one axis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace burin {

struct Quantization {
  std::vector<float> scales;         // empty: not quantized; one: per tensor; else one a slice
  std::vector<int32_t> zero_points;  // as many as scales
  int32_t axis = 0;                  // of the slices, where there are several

  bool present() const { return !scales.empty(); }
  bool per_tensor() const { return scales.size() == 1; }
  float scale(size_t slice = 0) const { return scales.size() == 1 ? scales[0] : scales.at(slice); }
  int32_t zero_point(size_t slice = 0) const {
    return zero_points.size() == 1 ? zero_points[0] : zero_points.at(slice);
  }
  bool operator==(const Quantization&) const = default;
};

// Which runtime's arithmetic is to be matched: `tflm` rounds twice when it scales an accumulator (TensorFlow
// Lite Micro's reference kernels), `litert` once (TensorFlow Lite on phones and desktops).
enum class Rounding : uint8_t { tflm, litert };

// A positive real factor as multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or zero with the factor.
struct FixedPointMultiplier {
  int32_t multiplier = 0;
  int32_t shift = 0;  // positive: to the left
};

// TensorFlow Lite's QuantizeMultiplier: the mantissa rounded to 31 bits; factors below 2^-32 become zero.
FixedPointMultiplier fixed_point(double factor);

}  // namespace burin
