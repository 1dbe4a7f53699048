#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

class LogicalNotKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"LogicalNot", Op::logical_not, KernelSet::generic,
                                       "generic/logical_not.hpp", "One comparison an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const int64_t elements = view.output().type.shape.elements();
    KernelCall call;
    call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work.instructions = 20 + 7 * elements;
    call.code_bytes = 30;
    return call;
  }
};

}  // namespace

const Kernel& logical_not_kernel() {
  static const LogicalNotKernel instance;
  return instance;
}

}  // namespace burin
