#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"

namespace burin {
namespace {

class AssignVariableKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Copy", Op::assign_variable, KernelSet::generic, "generic/copy.hpp",
                                       "Copies the bytes."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const int64_t bytes = view.input(0).type.bytes();
    KernelCall call;
    call.geometry = Geometry(BytesGeometry{.bytes = static_cast<int32_t>(bytes)});
    call.arguments = {operand_argument(view, 1, "value", call), InputArgument{0}};
    call.work.instructions = 30 + bytes;
    call.code_bytes = 24;
    return call;
  }
};

}  // namespace

const Kernel& assign_variable_copy_kernel() {
  static const AssignVariableKernel instance;
  return instance;
}

}  // namespace burin
