#include "ops/elementwise/sum.hpp"

#include <cmath>

#include "arithmetic/linear_form.hpp"
#include "kernels/add_quantized.hpp"
#include "kernels/add_s8_linear.hpp"
#include "kernels/add_s8_proved.hpp"

namespace burin {
namespace {

constexpr double lowest_output_part = 0x1p-19;  // of the larger operand scale; 2 / 2^20

constexpr Constraint constraint_list[] = {
    {"operands and output are all int8, uint8, int16, int32, int64 or float32",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) && dtype != DType::boolean;
     }},
    {broadcasts_sentence, broadcasts},
    {"8-bit and 16-bit operands and output are quantised per tensor",
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

namespace {

// The definition for quantised numbers.
class QuantizedSum {
 public:
  QuantizedSum(const NodeView& view, int32_t sign, Rounding rounding)
      : left_zero_(view.input(0).quantization.zero_point()),
        right_zero_(view.input(1).quantization.zero_point()),
        output_zero_(view.output().quantization.zero_point()),
        sign_(sign),
        scaling_(sum_scaling(view, sign)),
        range_(activation_range(view.node.activation, view.output())),
        rounding_(rounding) {}

  int32_t operator()(int64_t left, int64_t right) const {
    const int32_t sum =
        scaled(left - left_zero_, scaling_.left) + sign_ * scaled(right - right_zero_, scaling_.right);
    const int32_t result =
        wrapping_sum(multiply_by_fixed_point(sum, scaling_.output, rounding_), output_zero_);
    return std::clamp(result, range_.lowest, range_.highest);
  }

 private:
  int32_t scaled(int64_t value, FixedPointMultiplier factor) const {
    return multiply_by_fixed_point(static_cast<int32_t>(value) * (1 << scaling_.bits), factor, rounding_);
  }

  int32_t left_zero_;
  int32_t right_zero_;
  int32_t output_zero_;
  int32_t sign_;
  SumScaling scaling_;
  ClampRange range_;
  Rounding rounding_;
};

}  // namespace

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

namespace {

// The values of an int8 function for every pair of bytes.
std::vector<int8_t> values_of_pairs(const QuantizedSum& sum) {
  std::vector<int8_t> values;
  for (int32_t left = -128; left < 128; ++left)
    for (int32_t right = -128; right < 128; ++right) values.push_back(static_cast<int8_t>(sum(left, right)));
  return values;
}

// In the order that the kernel reads them: zero points, factors, clamp.
std::vector<int32_t> quantization_numbers(const NodeView& view, int32_t sign) {
  const SumScaling scaling = sum_scaling(view, sign);
  const ClampRange range = activation_range(view.node.activation, view.output());
  return {view.input(0).quantization.zero_point(),
          view.input(1).quantization.zero_point(),
          view.output().quantization.zero_point(),
          scaling.left.multiplier,
          scaling.left.shift,
          scaling.right.multiplier,
          scaling.right.shift,
          scaling.output.multiplier,
          scaling.output.shift,
          range.lowest,
          range.highest};
}

}  // namespace

std::variant<KernelCall, Refusal> SumQuantizedKernel::lower(const NodeView& view,
                                                            const LoweringContext& context) const {
  if (has_dtype(view.output(), DType::f32) || is_plain_integer(view.output()))
    return Refusal{"it computes quantised integers"};
  KernelCall call;
  describe_broadcast(view, call);
  const std::vector<int32_t> quantization = quantization_numbers(view, sign_);
  const SumScaling scaling = sum_scaling(view, sign_);
  const auto to_the_right = [](const FixedPointMultiplier& factor) {
    return factor.multiplier >= int32_t{1} << 30 && factor.shift <= 0;
  };
  const bool once = context.rounding == Rounding::litert;
  const bool shifts_right =
      !once && to_the_right(scaling.left) && to_the_right(scaling.right) && to_the_right(scaling.output);
  call.geometry.insert(call.geometry.end(),
                       {{"round_once", once ? 1 : 0}, {"shifts_right", shifts_right ? 1 : 0}});
  call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
  call.arguments.push_back(ConstantArgument{call.constants.size() - 1});
  const int64_t elements = view.output().type.shape.elements();
  call.work = {.instructions = 9 * elements, .requantizations = 3 * elements};
  call.code_bytes = 260;
  call.requantization = "exact reference form, of both operands and of the sum";
  return call;
}

std::variant<KernelCall, Refusal> SumProvedKernel::lower(const NodeView& view,
                                                         const LoweringContext& context) const {
  if (!has_dtype(view.output(), DType::s8)) return Refusal{"it computes int8"};
  const Shape& shape = view.output().type.shape;
  if (view.input(0).type.shape.elements() != shape.elements() ||
      view.input(1).type.shape.elements() != shape.elements())
    return Refusal{"it does not broadcast"};
  const SumScaling scaling = sum_scaling(view, sign_);
  const auto real = [](FixedPointMultiplier factor) {
    return std::ldexp(factor.multiplier, factor.shift - 31);
  };
  const ClampRange range = activation_range(view.node.activation, view.output());
  const double unit = real(scaling.output) * (1 << scaling.bits);
  const std::optional<CutLinearForm> form = find_cut_linear_form(
      values_of_pairs(QuantizedSum(view, sign_, context.rounding)), real(scaling.left) * unit,
      sign_ * (real(scaling.right) * unit), range.lowest, range.highest);
  if (!form) return Refusal{"no linear form equals the definition for every pair of bytes"};

  // Rows of an image, where the tensor is one; else a single row.
  const int32_t rows = shape.rank() == 4 && shape[0] == 1 ? shape[1] : 1;
  const auto elements = static_cast<int32_t>(shape.elements());
  const std::vector<uint32_t> stream = {static_cast<uint32_t>(form->left_factor),
                                        static_cast<uint32_t>(form->right_factor),
                                        static_cast<uint32_t>(form->offset)};
  KernelCall call;
  call.geometry = {{"rows", rows},
                   {"row_elements", elements / rows},
                   {"left_ring_rows", rows},
                   {"right_ring_rows", rows},
                   {"output_ring_rows", rows},
                   {"activation_min", range.lowest},
                   {"activation_max", range.highest}};
  call.arguments = {operand_argument(view, 0, "left", call)};
  call.arguments.push_back(operand_argument(view, 1, "right", call));
  call.constants.push_back({"stream", ElementType::u32, Constant::of(stream), 4});
  call.arguments.insert(call.arguments.end(),
                        {ConstantArgument{call.constants.size() - 1}, OutputArgument{0}, int32_t{0}, rows});
  allow_in_place(view, 0, call);
  allow_in_place(view, 1, call);
  const bool clamps = range.lowest > -128 || range.highest < 127;
  call.work.packed = 60 + 25 * int64_t{elements} / 4 + (clamps ? 11 * int64_t{elements} / 4 : 0);
  call.code_bytes = clamps ? 420 : 320;
  call.requantization = "one linear form, proved for all 65,536 pairs of bytes";
  return call;
}

std::variant<KernelCall, Refusal> SumLinearKernel::lower(const NodeView& view,
                                                         const LoweringContext& context) const {
  if (!has_dtype(view.output(), DType::s8)) return Refusal{"it computes int8"};
  const std::vector<int8_t> values = values_of_pairs(QuantizedSum(view, sign_, context.rounding));
  const auto slope = [&](size_t i) {
    return static_cast<double>(view.input(i).quantization.scale()) /
           static_cast<double>(view.output().quantization.scale());
  };
  const ClampRange range = activation_range(view.node.activation, view.output());
  const std::optional<LinearForm> form =
      find_linear_form(values, slope(0), sign_ * slope(1), range.lowest, range.highest);
  if (!form) return Refusal{"no linear form equals the definition for every pair of bytes"};
  KernelCall call;
  describe_broadcast(view, call);
  for (const int32_t number :
       {form->left_factor, form->right_factor, form->offset, form->shift, range.lowest, range.highest})
    call.arguments.emplace_back(number);
  call.work.instructions = 40 + 17 * view.output().type.shape.elements();
  call.code_bytes = 100;
  call.requantization = "one linear form, proved for all 65,536 pairs of bytes";
  return call;
}

}  // namespace burin
