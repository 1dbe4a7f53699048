#include "ops/movement/reshaping.hpp"

namespace burin {

Attributes ReshapingOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                               std::string& error) const {
  return attributes_from_list<NoAttributes>(list, error);
}

std::vector<TensorType> ReshapingOperator::infer(const NodeView& view) const {
  return {{view.input(0).type.dtype, view.output().type.shape}};
}

void ReshapingOperator::evaluate(const Evaluation& evaluation) const {
  evaluation.output().bytes = evaluation.input(0).bytes;
}

bool keeps_elements(const NodeView& view) {
  const Tensor& input = view.input(0);
  const Tensor& output = view.output();
  return input.type.dtype == output.type.dtype && input.type.shape.elements() == output.type.shape.elements();
}

}  // namespace burin
