#include "ops/elementwise/rectifier.hpp"

#include "ops/numerics.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {{wide_unary_type_sentence, is_wide_unary_type}};

}  // namespace

std::span<const Constraint> Rectifier::constraints() const {
  return constraint_list;
}

SlopedFunction rectification(const NodeView& view, Activation activation, Rounding rounding) {
  const Quantization& input = view.input(0).quantization;
  const Quantization& output = view.output().quantization;
  // TensorFlow Lite Micro clamps RELU6 to the input's 0 and 6 and leaves it at that; converters give both
  // tensors one scale, and then it is all the same.
  const bool keeps_scale = activation == Activation::relu6 && rounding == Rounding::tflm;
  const FixedPointMultiplier factor =
      fixed_point(keeps_scale ? 1.0 : static_cast<double>(input.scale() / output.scale()));
  return {.input_zero = input.zero_point(),
          .output_zero = keeps_scale ? input.zero_point() : output.zero_point(),
          .positive = factor,
          .negative = factor,
          .negative_sign = 1,
          .range = activation_range(activation, keeps_scale ? view.input(0) : view.output())};
}

UnaryOperator::IntegerFunction Rectifier::integer_function(const NodeView& view, Rounding rounding) const {
  return [rounding, function = rectification(view, activation_, rounding)](int64_t x) {
    return function(x, rounding);
  };
}

UnaryOperator::RealFunction Rectifier::real_function(const NodeView&) const {
  // Unlike a fused activation, the operator keeps an infinity.
  if (activation_ == Activation::relu) return [](float x) { return x < 0 ? 0.0f : x; };
  return [range = activation_range_f32(activation_)](float x) {
    return std::clamp(x, range.lowest, range.highest);
  };
}

}  // namespace burin
