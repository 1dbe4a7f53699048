#include "ops/elementwise/quantize.hpp"
#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

using namespace quantize;
namespace {

class QuantizeF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"QuantizeF32", Op::quantize, KernelSet::generic,
                                       "generic/quantize.hpp", "One float32 division an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!is_float(view)) return Refusal{"its input is float32"};
    const int64_t elements = view.output().type.shape.elements();
    KernelCall call;
    call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0},
                      view.output().quantization.scale(), view.output().quantization.zero_point()};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 30 + 27 * elements, .float_products = 3 * elements};
    call.code_bytes = 150;
    return call;
  }
};

class RequantizeKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Requantize", Op::quantize, KernelSet::generic, "generic/quantize.hpp",
                                       "One requantization an element, no table."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (is_float(view)) return Refusal{"its input is integer"};
    const int64_t elements = view.output().type.shape.elements();
    const FixedPointMultiplier factor = fixed_point(scale_ratio(view));
    KernelCall call;
    call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)},
                             RoundingGeometry(context.rounding));
    call.arguments = {operand_argument(view, 0, "input", call),
                      OutputArgument{0},
                      view.input(0).quantization.zero_point(),
                      factor.multiplier,
                      factor.shift,
                      view.output().quantization.zero_point()};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 40 + 12 * elements, .requantizations = elements};
    call.code_bytes = 140;
    call.requantization = "exact reference form";
    return call;
  }
};

}  // namespace

const Kernel& quantize_f32_kernel() {
  static const QuantizeF32Kernel instance;
  return instance;
}

const Kernel& quantize_lookup_kernel() {
  static const LookupKernel instance(Op::quantize);
  return instance;
}

const Kernel& quantize_requantize_kernel() {
  static const RequantizeKernel instance;
  return instance;
}

}  // namespace burin
