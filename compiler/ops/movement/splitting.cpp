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

}  // namespace burin
