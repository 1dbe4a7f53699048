// MUL: output = activation(left * right), with broadcasting.
#include "kernels/multiply_quantized.hpp"

#include <cmath>

#include "arithmetic/requantization_form.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

FixedPointMultiplier product_factor(const NodeView& view) {
  return fixed_point(static_cast<double>(view.input(0).quantization.scale()) *
                     static_cast<double>(view.input(1).quantization.scale()) /
                     static_cast<double>(view.output().quantization.scale()));
}

constexpr Constraint constraint_list[] = {
    {"operands and output are all int8, uint8, int16, int32, int64 or float32",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) && dtype != DType::boolean;
     }},
    {broadcasts_sentence, broadcasts},
    {"8-bit and 16-bit operands and output are quantised per tensor, int16 with zero points 0",
     [](const NodeView& v) {
       if (is_plain_integer(v.output())) return true;
       const auto fits = [](const Tensor& t) {
         return is_real(t) && (!has_dtype(t, DType::s16) || t.quantization.zero_point() == 0);
       };
       return fits(v.input(0)) && fits(v.input(1)) && fits(v.output());
     }},
};

class Mul final : public BinaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::mul,
                                         .tflite_name = "MUL",
                                         .summary = "Product of two tensors, element by element.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  OperatorTraits traits() const override {
    return {.elementwise = true, .monotone_in_each = true, .linear_time = true};
  }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    const Value& left = evaluation.input(0);
    const Value& right = evaluation.input(1);
    Value& output = evaluation.output();
    if (has_dtype(view.output(), DType::f32)) {
      const RealRange range = activation_range_f32(view.node);
      for_each_pair(view, [&](size_t o, size_t l, size_t r) {
        output.as<float>()[o] =
            std::clamp(left.as<float>()[l] * right.as<float>()[r], range.lowest, range.highest);
      });
      return;
    }
    if (is_plain_integer(view.output())) {
      for_each_pair(view, [&](size_t o, size_t l, size_t r) {
        const auto factor = static_cast<uint64_t>(right.integer(r));
        output.set_integer(o, plain_integer(static_cast<uint64_t>(left.integer(l)) * factor, view));
      });
      return;
    }
    const FixedPointMultiplier factor = product_factor(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      const int64_t product = (left.integer(l) - view.input(0).quantization.zero_point()) *
                              (right.integer(r) - view.input(1).quantization.zero_point());
      const int64_t scaled =
          multiply_by_fixed_point(static_cast<int32_t>(product), factor, evaluation.rounding);
      output.set_integer(o, std::clamp<int64_t>(scaled + view.output().quantization.zero_point(),
                                                range.lowest, range.highest));
    });
  }

  int64_t macs(const NodeView& view) const override { return view.output().type.shape.elements(); }
};

class MultiplyQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MultiplyQuantized", Op::mul, KernelSet::generic,
                                       "kernels/multiply_quantized.hpp",
                                       "One product and requantisation an element, any broadcasting."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.output(), DType::f32) || is_plain_integer(view.output()))
      return Refusal{"it computes quantised integers"};
    const FixedPointMultiplier factor = product_factor(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    KernelCall call;
    describe_broadcast(view, call);
    call.geometry.emplace_back("round_once", context.rounding == Rounding::litert ? 1 : 0);
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
                                       "kernels/multiply_s8_proved.hpp",
                                       "int8, one product and one shift in place of the requantisation."};
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

const Operator& mul_operator() {
  static const Mul instance;
  return instance;
}

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
