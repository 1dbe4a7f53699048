// RSQRT: one over the square root.
#include <cmath>

#include "ops/elementwise/real_function.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

constexpr int result_bits = 20;  // of fraction, in front of the last product

FixedPointMultiplier output_factor(const NodeView& view) {
  const float root = std::sqrt(view.input(0).quantization.scale());
  return fixed_point(1.0 / static_cast<double>(root * view.output().quantization.scale()));
}

constexpr Constraint constraint_list[] = {
    {"input and output are both int8 or both float32, int8 quantized per tensor",
     [](const NodeView& v) { return is_unary_type(v) && !has_dtype(v.input(0), DType::u8); }},
    {"the output's scale times the square root of the input's is between 2^-10 and 2^10",
     [](const NodeView& v) {
       return has_dtype(v.output(), DType::f32) || std::abs(output_factor(v).shift) <= 10;
     }},
};

class Rsqrt final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::rsqrt,
                                         .tflite_name = "RSQRT",
                                         .summary = "Reciprocals of square roots.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  // The reference refuses numbers below zero when it runs; here they are taken for zero, whose result is the
  // highest.
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override {
    return [=, factor = output_factor(view), input_zero = view.input(0).quantization.zero_point(),
            output_zero = view.output().quantization.zero_point()](int64_t stored) -> int64_t {
      const auto x = static_cast<int32_t>(stored - input_zero);
      if (x <= 0) return 127;
      const InverseSquareRoot root = inverse_square_root(x);
      const int32_t fine = multiply_by_fixed_point(1, {root.multiplier, root.shift + result_bits}, rounding);
      return int64_t{
                 multiply_by_fixed_point(fine, {factor.multiplier, factor.shift - result_bits}, rounding)} +
             output_zero;
    };
  }
  RealFunction real_function(const NodeView&) const override {
    return [](float x) { return 1.0f / std::sqrt(x); };
  }
};

}  // namespace

const Operator& rsqrt_operator() {
  static const Rsqrt instance;
  return instance;
}

}  // namespace burin
