#include "ops/movement/resizing.hpp"

namespace burin {

Attributes ResizeOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                            std::string& error) const {
  return attributes_from_list<ResizeAttributes>(list, error);
}

std::vector<TensorType> ResizeOperator::infer(const NodeView& view) const {
  return {view.output().type};
}

bool is_resizing(const NodeView& view) {
  const Shape& from = view.input(0).type.shape;
  const Shape& to = view.output().type.shape;
  const auto fits = [](const Shape& shape) {
    return shape.elements() > 0 && shape[1] <= INT16_MAX && shape[2] <= INT16_MAX;
  };
  return from.rank() == 4 && to.rank() == 4 && from[0] == to[0] && from[3] == to[3] && fits(from) && fits(to);
}

}  // namespace burin
