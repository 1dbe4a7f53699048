#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

struct UpdateGeometry {
  int32_t axes;
  int32_t bytes;
  int32_t run_bytes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("axes", axes);
    visit("bytes", bytes);
    visit("run_bytes", run_bytes);
  }
};

class UpdateSliceKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"UpdateSlice", Op::dynamic_update_slice, KernelSet::generic,
                                       "generic/update_slice.hpp",
                                       "Copies the tensor, and the part over it."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (view.input(2).is_constant() && has_dtype(view.input(2), DType::s64))
      return Refusal{"constant places are int32"};
    const Shape& operand = view.input(0).type.shape;
    const Shape& update = view.input(1).type.shape;
    const int32_t width = byte_width(view.output().type.dtype);
    const std::vector<int64_t> strides = dense_strides(operand);
    std::vector<int32_t> axes;
    for (size_t i = 0; i < operand.rank(); ++i)
      axes.insert(axes.end(),
                  {operand.dims()[i], update.dims()[i], static_cast<int32_t>(strides[i] * width)});
    KernelCall call;
    call.geometry = Geometry(UpdateGeometry{.axes = static_cast<int32_t>(operand.rank()),
                                            .bytes = static_cast<int32_t>(view.output().type.bytes()),
                                            .run_bytes = update.dims().back() * width});
    call.arguments = {operand_argument(view, 0, "operand", call)};
    call.arguments.push_back(operand_argument(view, 1, "update", call));
    call.arguments.push_back(operand_argument(view, 2, "start", call));
    call.arguments.push_back(ConstantArgument{call.constants.size()});
    call.constants.push_back({"axes", ElementType::s32, Constant::of(axes), 4});
    call.arguments.push_back(OutputArgument{0});
    if (!view.input(0).is_constant())
      call.overlaps.push_back({.input = 0, .distance = 0, .same_address_only = true});
    const int64_t runs = update.elements() / update.dims().back();
    call.work.instructions = 80 + view.output().type.bytes() + view.input(1).type.bytes() + 30 * runs;
    call.code_bytes = 200;
    return call;
  }
};

}  // namespace

const Kernel& dynamic_update_slice_kernel() {
  static const UpdateSliceKernel instance;
  return instance;
}

}  // namespace burin
