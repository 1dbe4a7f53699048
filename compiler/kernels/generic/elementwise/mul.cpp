#include <cmath>

#include "arithmetic/requantization_form.hpp"
#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/geometry.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/elementwise/mul.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace mul;
namespace {

class MultiplyQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MultiplyQuantized", Op::mul, KernelSet::generic,
                                       "generic/multiply_quantized.hpp",
                                       "One product and requantization an element, any broadcasting."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.output(), DType::f32) || is_plain_integer(view.output()))
      return Refusal{"it computes quantized integers"};
    const FixedPointMultiplier factor = product_factor(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    KernelCall call;
    describe_broadcast(view, call);
    call.geometry.append(RoundingGeometry(context.rounding));
    const std::vector<int32_t> quantization = {view.input(0).quantization.zero_point(),
                                               view.input(1).quantization.zero_point(),
                                               view.output().quantization.zero_point(),
                                               factor.multiplier,
                                               factor.shift,
                                               range.lowest,
                                               range.highest};
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    call.arguments.push_back(ConstantArgument{call.constants.size() - 1});
    const int64_t elements = view.output().type.shape.elements();
    // A shift to the left is not what primitive layers are quick at.
    call.work = {.instructions = (factor.shift > 0 ? 45 : 15) * elements, .requantizations = elements};
    call.code_bytes = 180;
    call.requantization = "exact reference form";
    return call;
  }
};

// A form with a product shifted by 20 bits that equals the definition for every product of two bytes.
std::optional<RequantizationForm> proved_form(const NodeView& view, Rounding rounding) {
  const FixedPointMultiplier factor = product_factor(view);
  const ClampRange clamp = activation_range(view.node.activation, view.output());
  const int32_t left = view.input(0).quantization.zero_point();
  const int32_t right = view.input(1).quantization.zero_point();
  AccumulatorRange products{0, 0};
  for (const int32_t a : {-128 - left, 127 - left})
    for (const int32_t b : {-128 - right, 127 - right}) {
      products.lowest = std::min<int64_t>(products.lowest, a * b);
      products.highest = std::max<int64_t>(products.highest, a * b);
    }
  const Requantization requantization{.multiplier = factor.multiplier,
                                      .shift = factor.shift,
                                      .zero_point = view.output().quantization.zero_point(),
                                      .clamp_min = clamp.lowest,
                                      .clamp_max = clamp.highest};
  const double scale = std::ldexp(factor.multiplier, factor.shift - 31);
  const double largest = scale * static_cast<double>(std::max(-products.lowest, products.highest));
  int shift = widest_post_shift(scale, largest);
  for (int tries = 6; tries > 0 && shift > 0; --tries, --shift)
    if (auto form = prove_form(requantization, rounding, products,
                               {.product_shift = 20,
                                .post_shift = shift,
                                .clamp_min = clamp.lowest,
                                .clamp_max = clamp.highest}))
      return form;
  return std::nullopt;
}

class MultiplyProvedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MultiplyS8Proved", Op::mul, KernelSet::generic,
                                       "generic/multiply_s8_proved.hpp",
                                       "int8, one product and one shift in place of the requantization."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.output(), DType::s8)) return Refusal{"it computes int8"};
    const std::optional<RequantizationForm> form = proved_form(view, context.rounding);
    if (!form) return Refusal{"no product form equals the definition for every product of two bytes"};
    KernelCall call;
    describe_broadcast(view, call);
    for (const int32_t number :
         {view.input(0).quantization.zero_point(), view.input(1).quantization.zero_point(), form->multiplier,
          form->constant, static_cast<int32_t>(form->shape.post_shift), form->shape.clamp_min,
          form->shape.clamp_max})
      call.arguments.emplace_back(number);
    call.work.instructions = 40 + 24 * view.output().type.shape.elements();
    call.code_bytes = 120;
    call.requantization = "one product and one shift, proved for every product of two bytes";
    return call;
  }
};

}  // namespace

const Kernel& mul_f32_kernel() {
  static const BinaryF32Kernel instance("MultiplyF32", Op::mul, "One product an element.");
  return instance;
}

const Kernel& mul_quantized_kernel() {
  static const MultiplyQuantizedKernel instance;
  return instance;
}

const Kernel& mul_proved_kernel() {
  static const MultiplyProvedKernel instance;
  return instance;
}

const Kernel& mul_s32_kernel() {
  static const BinaryS32Kernel instance("MultiplyS32", Op::mul, "One product an element.");
  return instance;
}

}  // namespace burin
