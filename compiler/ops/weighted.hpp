// What the operators with int8 weights (convolutions, fully connected) share: scales, folded biases, ranges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/kernel.hpp"
#include "ops/numerics.hpp"

namespace burin {

// Factor input_scale * weight_scale / output_scale of every output channel. Per-channel weights multiply in
// double, as does TFLite's PopulateConvolutionQuantizationParams; a per-tensor FULLY_CONNECTED multiplies the
// two scales in float first (GetQuantizedConvolutionMultipler), which `product_in_float` asks for.
std::vector<FixedPointMultiplier> output_multipliers(const Tensor& input, const Tensor& weights,
                                                     const Tensor& output, int64_t channels,
                                                     bool product_in_float);

// Weights as rows: row c holds the weights of output channel c, in the order of the operator's own layout.
struct WeightRows {
  std::vector<int8_t> values;  // channels * length
  int64_t channels = 0;
  int64_t length = 0;

  std::span<const int8_t> row(int64_t channel) const {
    return std::span<const int8_t>(values).subspan(static_cast<size_t>(channel * length),
                                                   static_cast<size_t>(length));
  }
};

// bias[c] - input_zero_point * sum of row c; `bias` may be empty. Nothing where a sum of products could leave
// int32, for any input: then no int32 kernel can run it.
std::optional<std::vector<int32_t>> folded_biases(const WeightRows& weights, std::span<const int32_t> bias,
                                                  int32_t input_zero_point);

// The constants that kernels over the primitive layer take for requantisation: multipliers (s32) and shifts
// (s8).
std::vector<KernelConstant> requantization_constants(const std::vector<FixedPointMultiplier>& multipliers);

}  // namespace burin
