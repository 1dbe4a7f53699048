// PRELU: x, and slope * x for negative x, with a slope of its own for each element it is broadcast to.

#include "ops/elementwise/prelu.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace prelu;

namespace {

constexpr Constraint constraint_list[] = {
    {"input, slopes and output are all int8 or all float32, or of int16 with slopes of int8, integers "
     "quantized per "
     "tensor, int16 with zero points 0",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       const bool wide = dtype == DType::s16;
       if (wide && v.input(0).quantization.zero_points != std::vector<int32_t>{0}) return false;
       if (wide && v.output().quantization.zero_points != std::vector<int32_t>{0}) return false;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), wide ? DType::s8 : dtype) &&
              (dtype == DType::s8 || wide || dtype == DType::f32) && is_real(v.input(0)) &&
              is_real(v.input(1)) && is_real(v.output());
     }},
    {broadcasts_sentence, broadcasts},
};

class Prelu final : public BinaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::prelu,
                                         .tflite_name = "PRELU",
                                         .summary = "Slopes of its own where the input is negative.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    const Value& input = evaluation.input(0);
    const Value& slopes = evaluation.input(1);
    Value& output = evaluation.output();
    if (has_dtype(view.output(), DType::f32)) {
      for_each_pair(view, [&](size_t o, size_t l, size_t r) {
        const float x = input.as<float>()[l];
        output.as<float>()[o] = x >= 0 ? x : x * slopes.as<float>()[r];
      });
      return;
    }
    const PreluFactors factors = factors_of(view);
    const int32_t output_zero = view.output().quantization.zero_point();
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      const auto x = static_cast<int32_t>(input.integer(l) - view.input(0).quantization.zero_point());
      const auto slope = static_cast<int32_t>(slopes.integer(r) - view.input(1).quantization.zero_point());
      const int32_t scaled = x >= 0
                                 ? multiply_by_fixed_point(x, factors.positive, evaluation.rounding)
                                 : multiply_by_fixed_point(x * slope, factors.negative, evaluation.rounding);
      const IntegerRange range = integer_range(output.type.dtype);
      output.set_integer(o, std::clamp<int64_t>(int64_t{scaled} + output_zero, range.lowest, range.highest));
    });
  }
};

}  // namespace

const Operator& prelu_operator() {
  static const Prelu instance;
  return instance;
}

}  // namespace burin
