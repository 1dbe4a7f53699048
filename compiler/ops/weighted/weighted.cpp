#include "ops/weighted/weighted.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "kernels/requantization_s16.hpp"
#include "ops/constraints.hpp"

namespace burin {

bool has_weighted_types(const NodeView& view) {
  const DType activation = view.input(0).type.dtype;
  const DType weights = view.input(1).type.dtype;
  const bool real = activation == DType::f32;
  if (view.output().type.dtype != activation) return false;
  const bool wide = activation == DType::s16 && view.has_input(2) && has_dtype(view.input(2), DType::s64);
  if (view.has_input(2) && !wide && !has_dtype(view.input(2), real ? DType::f32 : DType::s32)) return false;
  if (real) return weights == DType::f32 || weights == DType::s8;
  if (activation == DType::s16) return weights == DType::s8;
  return weights == activation && (activation == DType::s8 || activation == DType::u8);
}

bool has_weighted_quantization(const NodeView& view, int32_t axis) {
  const Tensor& weights = view.input(1);
  if (has_dtype(weights, DType::f32)) return true;
  const Quantization& q = weights.quantization;
  const bool symmetric = std::ranges::all_of(q.zero_points, [](int32_t z) { return z == 0; });
  const bool real = has_dtype(view.input(0), DType::f32);
  if (!real && (!is_quantized_per_tensor(view.input(0)) || !is_quantized_per_tensor(view.output())))
    return false;
  return q.per_tensor() ? symmetric || !real : q.present() && symmetric && q.axis == axis;
}

bool has_wide_sums_in_bounds(const NodeView& view, FactorsOf* factors_of) {
  if (!has_dtype(view.input(0), DType::s16)) return true;
  for (const Tensor* tensor : {&view.input(0), &view.input(1), &view.output()})
    if (std::ranges::any_of(tensor->quantization.zero_points, [](int32_t z) { return z != 0; })) return false;
  const std::vector<FixedPointMultiplier> factors = factors_of(view);
  const Shape& weights = view.input(1).type.shape;
  if (weights.elements() / static_cast<int64_t>(factors.size()) >= int64_t{1} << 24) return false;
  if (view.has_input(2) && has_dtype(view.input(2), DType::s64))
    for (const int64_t bias : view.input(2).constant->as<int64_t>())
      if (bias >= int64_t{1} << 46 || bias <= -(int64_t{1} << 46)) return false;
  return std::ranges::all_of(factors, [](const FixedPointMultiplier& f) { return f.shift < 8; });
}

bool has_wide_sums(const NodeView& view) {
  return has_dtype(view.input(0), DType::s16) && !(view.has_input(2) && has_dtype(view.input(2), DType::s32));
}

int32_t requantized_sum(const NodeView& view, int64_t sum, FixedPointMultiplier factor, Rounding rounding) {
  return has_wide_sums(view) ? multiply_wide_by_fixed_point(sum, factor)
                             : multiply_by_fixed_point(static_cast<int32_t>(sum), factor, rounding);
}

RequantizationOfS16 requantization_of_s16(const NodeView& view,
                                          const std::vector<FixedPointMultiplier>& factors,
                                          Rounding rounding) {
  using Form = burin_kernels::RequantizationS16;
  const bool wide = has_wide_sums(view);
  const ClampRange range = activation_range(view.node.activation, view.output());
  std::vector<int32_t> numbers;
  for (size_t c = 0; c < factors.size(); ++c) {
    int64_t bias = 0;
    if (view.has_input(2))
      bias = has_dtype(view.input(2), DType::s64) ? view.input(2).constant->as<int64_t>()[c]
                                                  : view.input(2).constant->as<int32_t>()[c];
    numbers.push_back(static_cast<int32_t>(bias));
    numbers.push_back(static_cast<int32_t>(bias >> 32));
    numbers.push_back(wide ? reduced_multiplier(factors[c]) : factors[c].multiplier);
    numbers.push_back(wide ? 15 - factors[c].shift : factors[c].shift);
  }
  return {{{"requantization", wide                           ? Form::wide
                              : rounding == Rounding::litert ? Form::once
                                                             : Form::twice},
           {"activation_min", range.lowest},
           {"activation_max", range.highest}},
          {"requantization", ElementType::s32, Constant::of(numbers), 4}};
}

bool has_symmetric_s8_weights(const NodeView& view) {
  const Tensor& weights = view.input(1);
  return has_dtype(view.input(0), DType::s8) && has_dtype(weights, DType::s8) &&
         std::ranges::all_of(weights.quantization.zero_points, [](int32_t z) { return z == 0; });
}

std::vector<int32_t> centred_elements(const Tensor& tensor, const Value& value) {
  const int32_t zero_point = tensor.quantization.per_tensor() ? tensor.quantization.zero_point() : 0;
  std::vector<int32_t> result(static_cast<size_t>(value.type.shape.elements()));
  for (size_t i = 0; i < result.size(); ++i) result[i] = static_cast<int32_t>(value.integer(i)) - zero_point;
  return result;
}

std::vector<float> real_elements(const Tensor& tensor, const Value& value) {
  if (has_dtype(tensor, DType::f32)) return {value.as<float>().begin(), value.as<float>().end()};
  const Quantization& q = tensor.quantization;
  const Shape& shape = tensor.type.shape;
  const auto axis = static_cast<size_t>(q.axis);
  const auto inner = q.per_tensor() ? 1 : static_cast<size_t>(shape.elements(axis + 1, shape.rank()));
  const auto slices = q.per_tensor() ? 1 : static_cast<size_t>(shape.dims().at(axis));
  std::vector<float> result(static_cast<size_t>(shape.elements()));
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<float>(value.integer(i)) * q.scale(i / inner % slices);
  return result;
}

int64_t bias_of(const Evaluation& evaluation, int64_t channel) {
  return evaluation.has_input(2) ? evaluation.input(2).integer(static_cast<size_t>(channel)) : 0;
}

float real_bias_of(const Evaluation& evaluation, int64_t channel) {
  return evaluation.has_input(2) ? evaluation.input(2).as<float>()[static_cast<size_t>(channel)] : 0;
}

std::vector<FixedPointMultiplier> output_multipliers(const Tensor& input, const Tensor& weights,
                                                     const Tensor& output, int64_t channels,
                                                     bool product_in_float) {
  std::vector<FixedPointMultiplier> result;
  const float input_scale = input.quantization.scale();
  const double output_scale = output.quantization.scale();
  for (int64_t c = 0; c < channels; ++c) {
    const float weight_scale = weights.quantization.scale(static_cast<size_t>(c));
    const double product = product_in_float
                               ? static_cast<double>(input_scale * weight_scale)
                               : static_cast<double>(input_scale) * static_cast<double>(weight_scale);
    result.push_back(fixed_point(product / output_scale));
  }
  return result;
}

WeightRows WeightRows::of(const Tensor& weights, int64_t channels) {
  WeightRows rows;
  rows.channels = channels;
  rows.length = weights.type.shape.elements() / channels;
  rows.zero_point = weights.quantization.per_tensor() ? weights.quantization.zero_point() : 0;
  if (has_dtype(weights, DType::u8)) {
    rows.zero_point -= 128;
    for (const uint8_t w : weights.constant->as<uint8_t>())
      rows.values.push_back(static_cast<int8_t>(w - 128));
  } else {
    const auto values = weights.constant->as<int8_t>();
    rows.values.assign(values.begin(), values.end());
  }
  return rows;
}

bool has_weights_in_fours(const LoweringContext& context) {
  return context.target.architecture != Architecture::armv6m;
}

std::span<const int32_t> biases_of(const NodeView& view) {
  if (!view.has_input(2)) return {};
  return view.input(2).constant->as<int32_t>();
}

std::optional<std::vector<int32_t>> folded_biases(const WeightRows& weights, std::span<const int32_t> bias,
                                                  int32_t input_zero_point) {
  std::vector<int32_t> result;
  for (int64_t c = 0; c < weights.channels; ++c) {
    const int64_t own = bias.empty() ? 0 : bias[static_cast<size_t>(c)];
    int64_t sum = 0;
    int64_t magnitude = 0;
    for (const int8_t w : weights.row(c)) {
      sum += w;
      magnitude += std::abs(w);
    }
    const int64_t folded = own - input_zero_point * sum;
    // Every partial sum of folded + w * x, x in int8, lies within this.
    if (std::abs(folded) + magnitude * 128 > std::numeric_limits<int32_t>::max()) return std::nullopt;
    result.push_back(static_cast<int32_t>(folded));
  }
  return result;
}

std::vector<KernelConstant> requantization_constants(const std::vector<FixedPointMultiplier>& multipliers) {
  std::vector<int32_t> values;
  std::vector<int8_t> shifts;
  for (const FixedPointMultiplier& m : multipliers) {
    values.push_back(m.multiplier);
    shifts.push_back(static_cast<int8_t>(m.shift));
  }
  return {{"multipliers", ElementType::s32, Constant::of(values), 4},
          {"shifts", ElementType::s8, Constant::of(shifts), 1}};
}

}  // namespace burin
