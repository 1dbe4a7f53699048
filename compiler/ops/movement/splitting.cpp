#include "ops/movement/splitting.hpp"

#include "ops/movement/movement.hpp"

namespace burin {
namespace {

bool parts_add_up(const NodeView& view) {
  const Shape& whole = view.input(0).type.shape;
  const int32_t axis = axis_of(view);
  int64_t extent = 0;
  for (size_t i = 0; i < view.node.outputs.size(); ++i) {
    const Shape& part = view.output(i).type.shape;
    if (part.rank() != whole.rank() || part[axis] < 1) return false;
    extent += part[axis];
  }
  return extent == whole[axis];
}

constexpr Constraint constraint_list[] = {
    {"the input is not empty, and the axis is one of its axes",
     [](const NodeView& v) {
       const Shape& shape = v.input(0).type.shape;
       return shape.elements() > 0 && axis_of(v) >= 0 && static_cast<size_t>(axis_of(v)) < shape.rank();
     },
     DiagnosticCode::E0303},
    {"no output is empty, and along the axis they add up to the input", parts_add_up, DiagnosticCode::E0303},
};

}  // namespace

std::span<const Constraint> SplitOperator::constraints() const {
  return constraint_list;
}

std::vector<TensorType> SplitOperator::infer(const NodeView& view) const {
  const TensorType& whole = view.input(0).type;
  std::vector<TensorType> parts;
  for (size_t i = 0; i < view.node.outputs.size(); ++i) {
    const int32_t extent = view.output(i).type.shape[axis_of(view)];
    parts.push_back({whole.dtype, with_extent(whole.shape, axis_of(view), extent)});
  }
  return parts;
}

Result<NodeDraft> SplitOperator::read_split(const SourceOperator& source, size_t whole, size_t axis) {
  const auto value = source.constant_integers(axis);
  if (!value || value->size() != 1)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the axis is not a constant number",
                      .help = "make the axis constant"};
  const size_t rank = source.input(whole).type.shape.rank();
  return NodeDraft{.inputs = {source.inputs().at(whole)},
                   .attributes = Attributes::of(AxisAttributes{resolved_axis(value->front(), rank)})};
}

}  // namespace burin
