#include "kernels/generic/elementwise/sum.hpp"

#include "arithmetic/linear_form.hpp"
#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/geometry.hpp"

namespace burin {

using namespace sum;
namespace {

struct SumGeometry {
  bool round_once;
  bool shifts_right;

  template <class Visit>
  void fields(Visit visit) const {
    visit("round_once", round_once);
    visit("shifts_right", shifts_right);
  }
};

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
    return Refusal{"it computes quantized integers"};
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
  call.geometry.append(SumGeometry{.round_once = once, .shifts_right = shifts_right});
  call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
  call.arguments.push_back(ConstantArgument{call.constants.size() - 1});
  const int64_t elements = view.output().type.shape.elements();
  call.work = {.instructions = 9 * elements, .requantizations = 3 * elements};
  call.code_bytes = 260;
  call.requantization = "exact reference form, of both operands and of the sum";
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
