// SQUARED_DIFFERENCE: output = (left - right)^2, with broadcasting.
#include "kernels/squared_difference_quantized.hpp"

#include <cmath>

#include "ops/elementwise/arithmetic.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

bool is_quantized(const NodeView& view) {
  return has_dtype(view.output(), DType::s8) || has_dtype(view.output(), DType::s16);
}

// Both operands are brought to twice the larger scale, after a shift to the left that leaves the square in 32
// bits.
struct Scaling {
  int32_t bits;
  FixedPointMultiplier left;
  FixedPointMultiplier right;
  FixedPointMultiplier square;
};
Scaling scaling_of(const NodeView& view) {
  const float left = view.input(0).quantization.scale();
  const float right = view.input(1).quantization.scale();
  const double unit = 2.0 * static_cast<double>(std::max(left, right));
  const int32_t bits = has_dtype(view.output(), DType::s8) ? 7 : 0;
  const float output = static_cast<float>(1 << 2 * bits) * view.output().quantization.scale();
  return {bits, fixed_point(static_cast<double>(left) / unit), fixed_point(static_cast<double>(right) / unit),
          fixed_point(unit * unit / static_cast<double>(output))};
}

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

class SquaredDifferenceQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SquaredDifferenceQuantized", Op::squared_difference,
                                       KernelSet::generic, "kernels/squared_difference_quantized.hpp",
                                       "Three requantizations an element, any broadcasting."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!is_quantized(view)) return Refusal{"it computes int8 and int16"};
    const Scaling scaling = scaling_of(view);
    KernelCall call;
    describe_broadcast(view, call);
    call.geometry.emplace_back("round_once", context.rounding == Rounding::litert ? 1 : 0);
    std::vector<int32_t> quantization = {view.input(0).quantization.zero_point(),
                                         view.input(1).quantization.zero_point(),
                                         view.output().quantization.zero_point()};
    for (const FixedPointMultiplier& factor : {scaling.left, scaling.right, scaling.square})
      quantization.insert(quantization.end(), {factor.multiplier, factor.shift});
    quantization.push_back(scaling.bits);
    call.arguments.push_back(ConstantArgument{call.constants.size()});
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    const int64_t elements = view.output().type.shape.elements();
    call.work = {.instructions = 30 + 24 * elements, .requantizations = 3 * elements};
    call.code_bytes = 240;
    return call;
  }
};

}  // namespace

const Operator& squared_difference_operator() {
  static const SquaredDifference instance;
  return instance;
}

const Kernel& squared_difference_f32_kernel() {
  static const BinaryF32Kernel instance("SquaredDifferenceF32", Op::squared_difference,
                                        "One difference and one product an element.",
                                        "kernels/arithmetic_f32.hpp");
  return instance;
}

const Kernel& squared_difference_quantized_kernel() {
  static const SquaredDifferenceQuantizedKernel instance;
  return instance;
}

const Kernel& squared_difference_s32_kernel() {
  static const BinaryS32Kernel instance("SquaredDifferenceS32", Op::squared_difference,
                                        "One difference and one product an element.");
  return instance;
}

}  // namespace burin
