#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"

namespace burin {
namespace {

struct BroadcastArgsGeometry {
  int32_t left;
  int32_t right;

  template <class Visit>
  void fields(Visit visit) const {
    visit("left", left);
    visit("right", right);
  }
};

class BroadcastArgsKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"BroadcastArgs", Op::broadcast_args, KernelSet::generic,
                                       "generic/broadcast_args.hpp", "One comparison a dimension."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    for (size_t i = 0; i < 2; ++i)
      if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
        return Refusal{"an int64 operand is computed"};
    KernelCall call;
    call.geometry = Geometry(
        BroadcastArgsGeometry{.left = view.input(0).type.shape[0], .right = view.input(1).type.shape[0]});
    call.arguments = {operand_argument(view, 0, "left", call)};
    call.arguments.push_back(operand_argument(view, 1, "right", call));
    call.arguments.push_back(OutputArgument{0});
    call.work.instructions = 30 + 12 * view.output().type.shape.elements();
    call.code_bytes = 80;
    return call;
  }
};

}  // namespace

const Kernel& broadcast_args_kernel() {
  static const BroadcastArgsKernel instance;
  return instance;
}

}  // namespace burin
