// ABS: every element without its sign.

#include <cmath>

#include "ops/elementwise/real_function.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, int16 or float32, integers quantized per tensor, int16 with zero "
     "points 0",
     [](const NodeView& v) { return is_wide_unary_type(v) && !has_dtype(v.input(0), DType::u8); }},
};

class Abs final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::abs,
                                         .tflite_name = "ABS",
                                         .summary = "Every element without its sign.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override {
    const Quantization& from = view.input(0).quantization;
    const Quantization& to = view.output().quantization;
    const bool rescales = from.scale() != to.scale();
    const FixedPointMultiplier factor = fixed_point(static_cast<double>(from.scale() / to.scale()));
    return [=, input_zero = from.zero_point(), output_zero = to.zero_point()](int64_t x) -> int64_t {
      const auto magnitude = static_cast<int32_t>(std::abs(x - input_zero));
      return int64_t{output_zero} +
             (rescales ? multiply_by_fixed_point(magnitude, factor, rounding) : magnitude);
    };
  }
  RealFunction real_function(const NodeView&) const override {
    return [](float x) { return std::abs(x); };
  }
};

}  // namespace

const Operator& abs_operator() {
  static const Abs instance;
  return instance;
}

}  // namespace burin
