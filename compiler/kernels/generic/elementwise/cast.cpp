#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

struct CastGeometry {
  bool from_boolean;
  bool to_boolean;

  template <class Visit>
  void fields(Visit visit) const {
    visit("from_boolean", from_boolean);
    visit("to_boolean", to_boolean);
  }
};

class CastKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Cast", Op::cast, KernelSet::generic, "generic/cast.hpp",
                                       "One conversion an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const Tensor& input = view.input(0);
    if (input.is_constant() && has_dtype(input, DType::s64)) return Refusal{"an int64 operand is computed"};
    const int64_t elements = view.output().type.shape.elements();
    KernelCall call;
    call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)},
                             CastGeometry{.from_boolean = has_dtype(input, DType::boolean),
                                          .to_boolean = has_dtype(view.output(), DType::boolean)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    if (input.type.dtype == view.output().type.dtype) allow_in_place(view, 0, call);
    call.work.instructions = 30 + 12 * elements;
    call.code_bytes = 60;
    return call;
  }
};

}  // namespace

const Kernel& cast_kernel() {
  static const CastKernel instance;
  return instance;
}

}  // namespace burin
