#include "ops/movement/resizing.hpp"

#include "ops/sampling.hpp"

namespace burin {

Attributes ResizeOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                            std::string& error) const {
  return attributes_from_list<ResizeAttributes>(list, error);
}

Result<NodeDraft> ResizeOperator::read_tflite(const SourceOperator& source) const {
  return NodeDraft{.inputs = {source.inputs().at(0)},
                   .attributes = Attributes::of(ResizeAttributes{source.integer("align_corners") != 0,
                                                                 source.integer("half_pixel_centers") != 0})};
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

Graph sample_resize(Random& random, Op op, DType dtype, bool both_flags) {
  Graph graph;
  const int32_t batches = random.chance(0.8) ? 1 : 2;
  const int32_t channels = random.integer(1, 5);
  const auto image = [&] { return Shape{batches, random.integer(1, 9), random.integer(1, 9), channels}; };
  const TensorId input = sample_tensor(graph, random, "input", dtype, image());
  const TensorId output = sample_tensor(graph, random, "output", dtype, image());
  graph.at(output).quantization = graph.at(input).quantization;
  ResizeAttributes attributes{random.chance(0.4), random.chance(0.4)};
  if (!both_flags && attributes.align_corners) attributes.half_pixel_centers = false;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(attributes),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

std::vector<std::pair<std::string, int32_t>> resize_geometry(const NodeView& view) {
  const Shape& from = view.input(0).type.shape;
  const Shape& to = view.output().type.shape;
  return {{"batches", from[0]},     {"channels", from[3]},    {"input_height", from[1]},
          {"input_width", from[2]}, {"output_height", to[1]}, {"output_width", to[2]}};
}

}  // namespace burin
