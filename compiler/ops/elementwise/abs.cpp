// ABS: every element without its sign.
#include "kernels/abs_quantized.hpp"

#include <cmath>

#include "ops/elementwise/real_function.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, int16 or float32, integers quantised per tensor, int16 with zero "
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

class AbsQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"AbsQuantized", Op::abs, KernelSet::generic,
                                       "kernels/abs_quantized.hpp",
                                       "One requantization an element, no table."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes quantized integers"};
    const Quantization& from = view.input(0).quantization;
    const Quantization& to = view.output().quantization;
    const FixedPointMultiplier factor = fixed_point(static_cast<double>(from.scale() / to.scale()));
    const IntegerRange range = integer_range(view.output().type.dtype);
    const int64_t elements = view.output().type.shape.elements();
    KernelCall call;
    call.geometry = {{"elements", static_cast<int32_t>(elements)},
                     {"input_zero_point", from.zero_point()},
                     {"output_zero_point", to.zero_point()},
                     {"multiplier", factor.multiplier},
                     {"shift", factor.shift},
                     {"round_once", context.rounding == Rounding::litert ? 1 : 0},
                     {"lowest", static_cast<int32_t>(range.lowest)},
                     {"highest", static_cast<int32_t>(range.highest)}};
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 40 + 16 * elements, .requantizations = elements};
    call.code_bytes = 120;
    return call;
  }
};

}  // namespace

const Operator& abs_operator() {
  static const Abs instance;
  return instance;
}

const Kernel& abs_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("AbsF32", Op::abs, "One change of sign an element.", {.instructions = 8}, 40);
  return instance;
}

const Kernel& abs_quantized_kernel() {
  static const AbsQuantizedKernel instance;
  return instance;
}

const Kernel& abs_lookup_kernel() {
  static const LookupKernel instance(Op::abs);
  return instance;
}

}  // namespace burin
