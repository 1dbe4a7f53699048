// QUANTIZE: float32 to quantized integers, and from one quantization to another.

#include <cmath>

#include "ops/elementwise/quantize.hpp"
#include "ops/elementwise/unary.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace quantize;

namespace {

bool is_quantized_type(DType dtype) {
  return dtype == DType::s8 || dtype == DType::u8 || dtype == DType::s16 || dtype == DType::s32;
}

constexpr Constraint constraint_list[] = {
    {"float32 becomes int8, uint8 or int16; int8, uint8, int16 and int32 become each other",
     [](const NodeView& v) {
       const DType from = v.input(0).type.dtype;
       const DType to = v.output().type.dtype;
       return is_float(v) ? is_quantized_type(to) && to != DType::s32
                          : is_quantized_type(from) && is_quantized_type(to);
     }},
    {"integers are quantized per tensor, int32 with zero point 0",
     [](const NodeView& v) {
       const auto fits = [](const Tensor& t) {
         return is_real(t) && (!has_dtype(t, DType::s32) || t.quantization.zero_point() == 0);
       };
       return fits(v.input(0)) && fits(v.output());
     }},
};

class Quantize final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{
        .op = Op::quantize,
        .tflite_name = "QUANTIZE",
        .summary = "Real numbers to quantized ones, or another quantization.",
        .minimum_inputs = 1,
        .maximum_inputs = 1,
        .minimum_outputs = 1,
        .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    if (!is_float(evaluation.view)) return UnaryOperator::evaluate(evaluation);
    const float scale = evaluation.view.output().quantization.scale();
    const int32_t zero_point = evaluation.view.output().quantization.zero_point();
    const IntegerRange range = integer_range(evaluation.view.output().type.dtype);
    const auto input = evaluation.input(0).as<float>();
    for (size_t i = 0; i < input.size(); ++i) {
      // In double, so that numbers beyond every integer saturate, too.
      const double quantized = static_cast<double>(std::round(input[i] / scale)) + zero_point;
      const bool above = quantized > static_cast<double>(range.lowest);  // false for what is not a number
      evaluation.output().set_integer(
          i, above ? static_cast<int64_t>(std::min(quantized, static_cast<double>(range.highest)))
                   : range.lowest);
    }
  }

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override {
    return rescaling(view, scale_ratio(view), rounding);
  }
  RealFunction real_function(const NodeView&) const override {
    internal_error("QUANTIZE has no float32 output", __FILE__, __LINE__);
  }
};

}  // namespace

const Operator& quantize_operator() {
  static const Quantize instance;
  return instance;
}

}  // namespace burin
