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

std::vector<std::pair<std::string, int32_t>> resize_geometry(const NodeView& view) {
  const Shape& from = view.input(0).type.shape;
  const Shape& to = view.output().type.shape;
  return {{"batches", from[0]},     {"channels", from[3]},    {"input_height", from[1]},
          {"input_width", from[2]}, {"output_height", to[1]}, {"output_width", to[2]}};
}

}  // namespace burin
