#include "ops/elementwise/sum.hpp"

#include <cmath>

#include "arithmetic/linear_form.hpp"

namespace burin {

using namespace sum;

namespace {

constexpr double lowest_output_part = 0x1p-19;  // of the larger operand scale; 2 / 2^20

constexpr Constraint constraint_list[] = {
    {"operands and output are all int8, uint8, int16, int32, int64 or float32",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) && dtype != DType::boolean;
     }},
    {broadcasts_sentence, broadcasts},
    {"8-bit and 16-bit operands and output are quantized per tensor",
     [](const NodeView& v) {
       return is_plain_integer(v.output()) ||
              (is_real(v.input(0)) && is_real(v.input(1)) && is_real(v.output()));
     }},
    {"the output's scale is above 2^-19 of the larger operand scale, for int16 2^-14",
     [](const NodeView& v) {
       if (has_dtype(v.output(), DType::f32) || is_plain_integer(v.output())) return true;
       const double larger = std::max(v.input(0).quantization.scale(), v.input(1).quantization.scale());
       const double part = has_dtype(v.output(), DType::s16) ? 32 * lowest_output_part : lowest_output_part;
       return static_cast<double>(v.output().quantization.scale()) > larger * part;
     }},
};

}  // namespace

SumScaling sum_scaling(const NodeView& view, int32_t sign) {
  const float left = view.input(0).quantization.scale();
  const float right = view.input(1).quantization.scale();
  const float output = view.output().quantization.scale();
  const int bits = has_dtype(view.output(), DType::s16) ? 15 : 20;
  const float unit = 2 * std::max(left, right);
  const auto bound = static_cast<float>(1 << bits);
  // The reference divides in double for ADD and in float for SUB.
  const auto factor = [&](float numerator, float denominator) {
    return fixed_point(sign > 0 ? static_cast<double>(numerator) / static_cast<double>(denominator)
                                : static_cast<double>(numerator / denominator));
  };
  return {bits, factor(left, unit), factor(right, unit), factor(unit, bound * output)};
}

std::span<const Constraint> SumOperator::constraints() const {
  return constraint_list;
}

void SumOperator::evaluate(const Evaluation& evaluation) const {
  const NodeView& view = evaluation.view;
  const Value& left = evaluation.input(0);
  const Value& right = evaluation.input(1);
  Value& output = evaluation.output();
  if (has_dtype(view.output(), DType::f32)) {
    const RealRange range = activation_range_f32(view.node);
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      const float sum = left.as<float>()[l] + static_cast<float>(sign_) * right.as<float>()[r];
      output.as<float>()[o] = std::clamp(sum, range.lowest, range.highest);
    });
    return;
  }
  if (is_plain_integer(view.output())) {
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      const auto term = static_cast<uint64_t>(sign_ * right.integer(r));
      output.set_integer(o, plain_integer(static_cast<uint64_t>(left.integer(l)) + term, view));
    });
    return;
  }
  const QuantizedSum sum(view, sign_, evaluation.rounding);
  for_each_pair(view, [&](size_t o, size_t l, size_t r) {
    output.set_integer(o, sum(left.integer(l), right.integer(r)));
  });
}

}  // namespace burin
