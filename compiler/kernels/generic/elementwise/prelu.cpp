#include "ops/elementwise/prelu.hpp"
#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/geometry.hpp"
#include "ops/elementwise/binary.hpp"

namespace burin {

using namespace prelu;
namespace {

class PreluQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"PreluQuantized", Op::prelu, KernelSet::generic,
                                       "generic/prelu_quantized.hpp",
                                       "One requantization an element, any broadcasting."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.output(), DType::f32)) return Refusal{"it computes integers"};
    const PreluFactors factors = factors_of(view);
    KernelCall call;
    describe_broadcast(view, call);
    call.geometry.append(RoundingGeometry(context.rounding));
    const std::vector<int32_t> quantization = {view.input(0).quantization.zero_point(),
                                               view.input(1).quantization.zero_point(),
                                               view.output().quantization.zero_point(),
                                               factors.positive.multiplier,
                                               factors.positive.shift,
                                               factors.negative.multiplier,
                                               factors.negative.shift};
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    call.arguments.push_back(ConstantArgument{call.constants.size() - 1});
    const int64_t elements = view.output().type.shape.elements();
    call.work = {.instructions = 25 * elements, .requantizations = elements};
    call.code_bytes = 220;
    return call;
  }
};

}  // namespace

const Kernel& prelu_f32_kernel() {
  static const BinaryF32Kernel instance("PreluF32", Op::prelu, "One product an element.",
                                        "generic/arithmetic_f32.hpp");
  return instance;
}

const Kernel& prelu_quantized_kernel() {
  static const PreluQuantizedKernel instance;
  return instance;
}

}  // namespace burin
