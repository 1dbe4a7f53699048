#include "ops/elementwise/squared_difference.hpp"
#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/geometry.hpp"
#include "ops/elementwise/arithmetic.hpp"

namespace burin {

using namespace squared_difference;
namespace {

class SquaredDifferenceQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SquaredDifferenceQuantized", Op::squared_difference,
                                       KernelSet::generic, "generic/squared_difference_quantized.hpp",
                                       "Three requantizations an element, any broadcasting."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!is_quantized(view)) return Refusal{"it computes int8 and int16"};
    const Scaling scaling = scaling_of(view);
    KernelCall call;
    describe_broadcast(view, call);
    call.geometry.append(RoundingGeometry(context.rounding));
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

const Kernel& squared_difference_f32_kernel() {
  static const BinaryF32Kernel instance("SquaredDifferenceF32", Op::squared_difference,
                                        "One difference and one product an element.",
                                        "generic/arithmetic_f32.hpp");
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
