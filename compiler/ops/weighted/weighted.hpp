// What the operators with constant weights (convolutions, fully connected) share: types, scales, folded
// biases. Their operands are input, weights and a bias that may be absent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/kernel.hpp"
#include "ops/numerics.hpp"
#include "ops/operator.hpp"

namespace burin {

// The types that go together: all int8, or all uint8, or float32 with float32 weights, or float32 with int8
// weights, which stand for weight * scale ("hybrid" models), or int16 with int8 weights. The bias is float32
// for float32, else int32; for int16 int64 as well.
bool has_weighted_types(const NodeView& view);
inline constexpr std::string_view weighted_types_sentence =
    "input, weights and output are all int8, all uint8 or all float32, or the weights alone are int8 and the "
    "others float32 or int16; the bias is float32 for float32, int32 or int64 for int16, otherwise int32";

// Integer input and output are quantised per tensor, the weights per tensor, or symmetrically along `axis`;
// for float32 only the weights, with zero points 0.
bool has_weighted_quantization(const NodeView& view, int32_t axis);

// The factors of requantisation of every output channel of a layer that has them.
using FactorsOf = std::vector<FixedPointMultiplier>(const NodeView&);

// Of int16, what the definition is made for: zero points 0, products of fewer than 2^24 weights an output,
// biases below 2^46, and factors of requantisation below 2^7. True for other types.
bool has_wide_sums_in_bounds(const NodeView& view, FactorsOf* factors_of);
inline constexpr std::string_view wide_sums_sentence =
    "of int16, zero points are 0, an output has fewer than 2^24 products, biases are below 2^46, and input "
    "scale times "
    "weight scale is below 2^7 of the output scale";
// Sums have 64 bits: of int16, but where the bias has 32.
bool has_wide_sums(const NodeView& view);
// The definition, before clamp and zero point.
int32_t requantized_sum(const NodeView& view, int64_t sum, FixedPointMultiplier factor, Rounding rounding);
// The requantisation of kernels/requantization_s16.hpp: enumerators of a kernel's geometry, and its numbers.
struct RequantizationOfS16 {
  std::vector<std::pair<std::string, int32_t>> geometry;
  KernelConstant numbers;
};
RequantizationOfS16 requantization_of_s16(const NodeView& view,
                                          const std::vector<FixedPointMultiplier>& factors,
                                          Rounding rounding);

// All int8, and the weights' zero points 0: what most kernels compute.
bool has_symmetric_s8_weights(const NodeView& view);
inline constexpr const char* symmetric_s8_only = "it computes int8 with symmetric weights";

// The elements as the numbers that are multiplied: integers minus their zero point; reals, which int8 weights
// are times their scale.
std::vector<int32_t> centred_elements(const Tensor& tensor, const Value& value);
std::vector<float> real_elements(const Tensor& tensor, const Value& value);
// The bias of channel c, or 0 where there is none.
int64_t bias_of(const Evaluation& evaluation, int64_t channel);
float real_bias_of(const Evaluation& evaluation, int64_t channel);

// Factor input_scale * weight_scale / output_scale of every output channel. Per-channel weights multiply in
// double, as does TFLite's PopulateConvolutionQuantizationParams; a per-tensor FULLY_CONNECTED, and anything
// in uint8, multiplies the two scales in float first (GetQuantizedConvolutionMultipler), which
// `product_in_float` asks for.
std::vector<FixedPointMultiplier> output_multipliers(const Tensor& input, const Tensor& weights,
                                                     const Tensor& output, int64_t channels,
                                                     bool product_in_float);

// 8-bit weights as rows: row c holds the weights of output channel c, in the order of the operator's own
// layout. Those of uint8, and their zero point, are 128 less.
struct WeightRows {
  std::vector<int8_t> values;  // channels * length
  int64_t channels = 0;
  int64_t length = 0;
  int32_t zero_point = 0;

  static WeightRows of(const Tensor& weights, int64_t channels);

  std::span<const int8_t> row(int64_t channel) const {
    return std::span<const int8_t>(values).subspan(static_cast<size_t>(channel * length),
                                                   static_cast<size_t>(length));
  }
};

// bias[c] - input_zero_point * sum of row c; `bias` may be empty. Nothing where a sum of products could leave
// int32, for any input: then no int32 kernel can run it.
std::optional<std::vector<int32_t>> folded_biases(const WeightRows& weights, std::span<const int32_t> bias,
                                                  int32_t input_zero_point);

// Whether quantized kernels have the weights of four inputs together (kernels/four_products.hpp). Not for
// Armv6-M, whose loads of signed bytes take a register for each distance.
bool has_weights_in_fours(const LoweringContext& context);

// The bias of every output channel, or nothing where there is none.
std::span<const int32_t> biases_of(const NodeView& view);

// The constants that kernels over the primitive layer take for requantisation: multipliers (s32) and shifts
// (s8).
std::vector<KernelConstant> requantization_constants(const std::vector<FixedPointMultiplier>& multipliers);

}  // namespace burin
