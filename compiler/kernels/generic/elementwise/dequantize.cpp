#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

class DequantizeF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"DequantizeF32", Op::dequantize, KernelSet::generic,
                                       "generic/quantize.hpp", "One float32 product an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const Quantization& q = view.input(0).quantization;
    if (!q.per_tensor()) return Refusal{"it has one scale"};
    const int64_t elements = view.output().type.shape.elements();
    KernelCall call;
    call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}, q.scale(), q.zero_point()};
    call.work = {.instructions = 30 + 6 * elements, .float_products = elements};
    call.code_bytes = 40;
    return call;
  }
};

}  // namespace

const Kernel& dequantize_f32_kernel() {
  static const DequantizeF32Kernel instance;
  return instance;
}

}  // namespace burin
