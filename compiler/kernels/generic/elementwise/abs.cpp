#include "kernels/generic/elementwise/real_function.hpp"
#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/real_function.hpp"

namespace burin {
namespace {

class AbsQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"AbsQuantized", Op::abs, KernelSet::generic,
                                       "generic/abs_quantized.hpp",
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
    call.geometry = Geometry(
        ElementsGeometry{.elements = static_cast<int32_t>(elements)},
        ZeroPointsGeometry{.input_zero_point = from.zero_point(), .output_zero_point = to.zero_point()},
        FactorGeometry{.multiplier = factor.multiplier, .shift = factor.shift},
        RoundingGeometry(context.rounding),
        ClampGeometry{.activation_min = static_cast<int32_t>(range.lowest),
                      .activation_max = static_cast<int32_t>(range.highest)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 40 + 16 * elements, .requantizations = elements};
    call.code_bytes = 120;
    return call;
  }
};

}  // namespace

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
