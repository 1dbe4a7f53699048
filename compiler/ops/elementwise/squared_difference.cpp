// SQUARED_DIFFERENCE: output = (left - right)^2, with broadcasting.

#include <cmath>

#include "ops/elementwise/arithmetic.hpp"
#include "ops/elementwise/squared_difference.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace squared_difference;

namespace {

constexpr Constraint constraint_list[] = {
    {"operands and output are all int8, int16, float32, int32 or int64",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) && dtype != DType::u8 &&
              dtype != DType::boolean;
     }},
    {broadcasts_sentence, broadcasts},
    {"int8 and int16 are quantized per tensor, int16 with zero points 0",
     [](const NodeView& v) {
       if (!is_quantized(v)) return true;
       for (const Tensor* tensor : {&v.input(0), &v.input(1), &v.output()})
         if (!is_quantized_per_tensor(*tensor) ||
             (has_dtype(*tensor, DType::s16) && tensor->quantization.zero_point() != 0))
           return false;
       return true;
     }},
    {"four times the square of the larger operand scale is below the output's scale, of int8 below 2^14 of "
     "it",
     [](const NodeView& v) { return !is_quantized(v) || scaling_of(v).square.shift <= 0; }},
};

class SquaredDifference final : public ArithmeticOperator {
 public:
  SquaredDifference()
      : ArithmeticOperator(
            Op::squared_difference, "SQUARED_DIFFERENCE", "Squares of the differences of two tensors.", false,
            [](float left, float right) { return (left - right) * (left - right); },
            [](int64_t left, int64_t right) {
              const uint64_t difference = static_cast<uint64_t>(left) - static_cast<uint64_t>(right);
              return difference * difference;
            }) {}
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    if (!is_quantized(view)) return ArithmeticOperator::evaluate(evaluation);
    const Scaling scaling = scaling_of(view);
    const IntegerRange range = integer_range(view.output().type.dtype);
    const int32_t output_zero = view.output().quantization.zero_point();
    const auto scaled = [&](size_t operand, size_t i, FixedPointMultiplier factor) {
      const int64_t x = evaluation.input(operand).integer(i) - view.input(operand).quantization.zero_point();
      return multiply_by_fixed_point(static_cast<int32_t>(x) * (1 << scaling.bits), factor,
                                     evaluation.rounding);
    };
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      const int32_t difference = scaled(0, l, scaling.left) - scaled(1, r, scaling.right);
      const int64_t result =
          multiply_by_fixed_point(difference * difference, scaling.square, evaluation.rounding);
      evaluation.output().set_integer(o,
                                      std::clamp<int64_t>(result + output_zero, range.lowest, range.highest));
    });
  }
};

}  // namespace

const Operator& squared_difference_operator() {
  static const SquaredDifference instance;
  return instance;
}

}  // namespace burin
