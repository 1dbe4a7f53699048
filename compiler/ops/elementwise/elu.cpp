// ELU: x, and exp(x) - 1 for negative x.
#include <cmath>

#include "ops/elementwise/real_function.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are both int8 or both float32, int8 quantized per tensor",
     [](const NodeView& v) { return is_unary_type(v) && !has_dtype(v.input(0), DType::u8); }},
};

class Elu final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::elu,
                                         .tflite_name = "ELU",
                                         .summary = "The exponential minus 1 where the input is negative.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  // In float32, as TensorFlow Lite Micro fills its table.
  IntegerFunction integer_function(const NodeView& view, Rounding) const override {
    const float scale = view.input(0).quantization.scale();
    const float inverse = 1.0f / view.output().quantization.scale();
    const auto input_zero = view.input(0).quantization.zero_point();
    const auto output_zero = static_cast<float>(view.output().quantization.zero_point());
    return [=](int64_t x) {
      const float real = scale * static_cast<float>(x - input_zero);
      const float result = real < 0 ? std::exp(real) - 1.0f : real;
      const float rounded = std::round(result * inverse) + output_zero;
      // Far beyond any output, and in reach of the type; what is not a number is as low as it gets.
      constexpr float far = 1e6F;
      return static_cast<int64_t>(rounded > -far ? std::min(rounded, far) : -far);
    };
  }
  RealFunction real_function(const NodeView&) const override {
    return [](float x) { return x < 0 ? std::expm1(x) : x; };
  }
};

}  // namespace

const Operator& elu_operator() {
  static const Elu instance;
  return instance;
}

}  // namespace burin
