#include "ops/elementwise/selection.hpp"

#include "kernels/select.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

// All three together, where they broadcast.
std::optional<Shape> common_shape(const NodeView& view) {
  const auto pair = broadcast_shape(view.input(1).type.shape, view.input(2).type.shape);
  return pair ? broadcast_shape(*pair, view.input(0).type.shape) : std::nullopt;
}

constexpr Constraint constraint_list[] = {
    {"the condition is of booleans, and both tensors and the output are of one type and not empty",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), DType::boolean) && has_dtype(v.input(1), dtype) &&
              has_dtype(v.input(2), dtype) && v.output().type.shape.elements() > 0;
     }},
    {"the operands' dimensions are equal or 1, aligned at the last",
     [](const NodeView& v) { return common_shape(v).has_value(); }},
};

}  // namespace

Attributes SelectOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                            std::string& error) const {
  return attributes_from_list<NoAttributes>(list, error);
}

std::span<const Constraint> SelectOperator::constraints() const {
  return constraint_list;
}

std::vector<TensorType> SelectOperator::infer(const NodeView& view) const {
  return {{view.output().type.dtype, *common_shape(view)}};
}

void SelectOperator::evaluate(const Evaluation& evaluation) const {
  const NodeView& view = evaluation.view;
  const Shape& shape = view.output().type.shape;
  const auto width = static_cast<size_t>(byte_width(view.output().type.dtype));
  for (size_t i = 0; i < static_cast<size_t>(shape.elements()); ++i) {
    const bool condition =
        evaluation.input(0).integer(broadcast_source(shape, view.input(0).type.shape, i)) != 0;
    const size_t chosen = condition ? 1 : 2;
    const size_t from = broadcast_source(shape, view.input(chosen).type.shape, i);
    std::memcpy(&evaluation.output().bytes[i * width], &evaluation.input(chosen).bytes[from * width], width);
  }
}

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
  call.geometry = {{"axes", static_cast<int32_t>(axes.size() / 4)}};
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
