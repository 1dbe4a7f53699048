#include "ops/elementwise/selection.hpp"

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

// ---- its operators ----

const Operator& select_operator() {
  static const SelectOperator instance(Op::select, "SELECT");
  return instance;
}

const Operator& select_v2_operator() {
  static const SelectOperator instance(Op::select_v2, "SELECT_V2");
  return instance;
}

}  // namespace burin
