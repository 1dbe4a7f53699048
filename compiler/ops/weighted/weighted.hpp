// What the operators with constant weights (convolutions, fully connected) share: types, scales, folded
// biases. Their operands are input, weights and a bias that may be absent.
#pragma once

#include <optional>
#include <string>
#include <vector>

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

// Integer input and output are quantized per tensor, the weights per tensor, or symmetrically along `axis`;
// for float32 only the weights, with zero points 0.
bool has_weighted_quantization(const NodeView& view, int32_t axis);

// The factors of requantization of every output channel of a layer that has them.
using FactorsOf = std::vector<FixedPointMultiplier>(const NodeView&);

// Of int16, what the definition is made for: zero points 0, products of fewer than 2^24 weights an output,
// biases below 2^46, and factors of requantization below 2^7. True for other types.
bool has_wide_sums_in_bounds(const NodeView& view, FactorsOf* factors_of);
inline constexpr std::string_view wide_sums_sentence =
    "of int16, zero points are 0, an output has fewer than 2^24 products, biases are below 2^46, and input "
    "scale times "
    "weight scale is below 2^7 of the output scale";
// Sums have 64 bits: of int16, but where the bias has 32.
bool has_wide_sums(const NodeView& view);
// The definition, before clamp and zero point.
int32_t requantized_sum(const NodeView& view, int64_t sum, FixedPointMultiplier factor, Rounding rounding);

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

}  // namespace burin
