#include "ops/elementwise/unary.hpp"

#include <numeric>

namespace burin {

Attributes UnaryOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                           std::string& error) const {
  return attributes_from_list<NoAttributes>(list, error);
}

std::vector<TensorType> UnaryOperator::infer(const NodeView& view) const {
  return {{view.output().type.dtype, view.input(0).type.shape}};
}

void UnaryOperator::evaluate(const Evaluation& evaluation) const {
  const NodeView& view = evaluation.view;
  const Value& input = evaluation.input(0);
  Value& output = evaluation.output();
  const auto elements = static_cast<size_t>(output.type.shape.elements());
  if (output.type.dtype == DType::f32) {
    std::ranges::transform(input.as<float>(), output.as<float>().begin(), real_function(view));
    return;
  }
  const IntegerRange range = integer_range(output.type.dtype);
  const IntegerFunction function = integer_function(view, evaluation.rounding);
  for (size_t i = 0; i < elements; ++i)
    output.set_integer(i, std::clamp(function(input.integer(i)), range.lowest, range.highest));
}

bool is_unary_type(const NodeView& view) {
  const DType dtype = view.input(0).type.dtype;
  return (dtype == DType::s8 || dtype == DType::u8 || dtype == DType::f32) &&
         has_dtype(view.output(), dtype) && is_real(view.input(0)) && is_real(view.output());
}

bool is_wide_unary_type(const NodeView& view) {
  const auto fits = [](const Tensor& t) {
    return has_dtype(t, DType::s16) && is_quantized_per_tensor(t) && t.quantization.zero_point() == 0;
  };
  return is_unary_type(view) || (fits(view.input(0)) && fits(view.output()));
}

int64_t SlopedFunction::operator()(int64_t x, Rounding rounding) const {
  const auto offset = static_cast<int32_t>(x - input_zero);
  const int64_t scaled = offset < 0
                             ? int64_t{negative_sign} * multiply_by_fixed_point(offset, negative, rounding)
                             : multiply_by_fixed_point(offset, positive, rounding);
  return std::clamp<int64_t>(scaled + output_zero, range.lowest, range.highest);
}

std::function<int64_t(int64_t)> rescaling(const NodeView& view, double factor, Rounding rounding) {
  const int64_t input_zero = view.input(0).quantization.zero_point();
  const int64_t output_zero = view.output().quantization.zero_point();
  const FixedPointMultiplier magnitude = fixed_point(std::abs(factor));
  return [=](int64_t x) {
    const int64_t scaled = multiply_by_fixed_point(static_cast<int32_t>(x - input_zero), magnitude, rounding);
    return output_zero + (factor < 0 ? -scaled : scaled);
  };
}

}  // namespace burin
