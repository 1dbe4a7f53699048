#include "kernels/generic/elementwise/sigmoidal.hpp"

#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/sigmoid_s16.hpp"

namespace burin {

using namespace sigmoidal;

std::variant<KernelCall, Refusal> SigmoidS16Kernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  if (!has_dtype(view.input(0), DType::s16)) return Refusal{"it computes int16"};
  const std::array<uint16_t, 256> nodes = logistic_nodes();
  const ArgumentFactor factor = argument_factor(view);
  const int64_t elements = view.output().type.shape.elements();
  KernelCall call;
  call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
  const KernelArgument operand = operand_argument(view, 0, "input", call);
  call.constants.push_back({"nodes", ElementType::u16, Constant::of(std::span<const uint16_t>(nodes)), 4});
  call.arguments = {operand, ConstantArgument{call.constants.size() - 1}, OutputArgument{0},
                    factor.multiplier, factor.shift};
  allow_in_place(view, 0, call);
  call.work.instructions = 40 + 32 * elements;
  call.code_bytes = 140;
  return call;
}

}  // namespace burin
