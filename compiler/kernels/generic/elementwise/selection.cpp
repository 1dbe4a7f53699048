#include "kernels/generic/elementwise/selection.hpp"

#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/binary.hpp"

namespace burin {

namespace {

struct SelectionGeometry {
  int32_t axes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("axes", axes);
  }
};

}  // namespace

std::variant<KernelCall, Refusal> SelectKernel::lower(const NodeView& view, const LoweringContext&) const {
  for (size_t i = 1; i < 3; ++i)
    if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
      return Refusal{"an int64 operand is computed"};
  const Shape& shape = view.output().type.shape;
  std::vector<int32_t> axes;
  for (size_t axis = 0; axis < shape.rank(); ++axis) {
    if (shape.dims()[axis] == 1) continue;
    axes.push_back(shape.dims()[axis]);
    // One step along the axis, in elements of each operand: where it goes from the first element.
    const auto step = static_cast<size_t>(shape.elements(axis + 1, shape.rank()));
    for (size_t i = 0; i < 3; ++i)
      axes.push_back(static_cast<int32_t>(broadcast_source(shape, view.input(i).type.shape, step)));
  }
  if (axes.empty()) axes = {1, 0, 0, 0};
  KernelCall call;
  call.geometry = Geometry(SelectionGeometry{.axes = static_cast<int32_t>(axes.size() / 4)});
  call.arguments = {operand_argument(view, 0, "condition", call)};
  call.arguments.push_back(operand_argument(view, 1, "yes", call));
  call.arguments.push_back(operand_argument(view, 2, "no", call));
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back({"axes", ElementType::s32, Constant::of(axes), 4});
  call.arguments.push_back(OutputArgument{0});
  call.work.instructions = 40 + 24 * shape.elements();
  call.code_bytes = 140;
  return call;
}

}  // namespace burin
