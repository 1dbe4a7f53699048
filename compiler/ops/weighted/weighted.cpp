#include "ops/weighted/weighted.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

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

}  // namespace burin
