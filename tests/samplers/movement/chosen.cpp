// Parts at places that operands say, and shapes from shapes.
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

// Indices, also some beyond the end: constant, or an input.
TensorId sample_indices(Graph& graph, Random& random, const char* name, DType dtype, Shape shape,
                        int32_t highest) {
  const auto count = static_cast<size_t>(shape.elements());
  const TensorId id = add_tensor(graph, {.name = name, .type = {dtype, std::move(shape)}});
  if (dtype == DType::s64 || random.chance(0.5)) {
    graph.inputs.push_back(id);
    return id;
  }
  std::vector<int32_t> values(count);
  for (int32_t& value : values) value = random.integer(-1, highest);
  graph.at(id).constant = Constant::of(values);
  return id;
}

}  // namespace

Graph sample_dynamic_update_slice(Random& random) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  std::vector<int32_t> part = shape.dims();
  for (int32_t& dim : part)
    if (random.chance(0.7)) dim = random.integer(1, dim);
  const TensorId operand = sample_tensor(graph, random, "operand", dtype, shape);
  const TensorId update = sample_tensor(graph, random, "update", dtype, Shape(std::move(part)));
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  for (const TensorId id : {update, output}) graph.at(id).quantization = graph.at(operand).quantization;
  graph.inputs = {operand, update};
  const TensorId start = sample_indices(graph, random, "start", random.chance(0.7) ? DType::s32 : DType::s64,
                                        {static_cast<int32_t>(shape.rank())}, 4);
  add_sample_node(graph, Op::dynamic_update_slice, {operand, update, start}, output,
                  Attributes::of(NoAttributes{}));
  return graph;
}

Graph sample_broadcast_args(Random& random) {
  Graph graph;
  const DType dtype = random.chance(0.6) ? DType::s32 : DType::s64;
  const TensorId left = add_tensor(graph, {.name = "left", .type = {dtype, {random.integer(1, 5)}}});
  const TensorId right = add_tensor(graph, {.name = "right", .type = {dtype, {random.integer(1, 5)}}});
  const TensorId output = add_tensor(graph, {.name = "output", .type = {dtype, {}}});
  graph.inputs = {left, right};
  add_sample_node(graph, Op::broadcast_args, {left, right}, output, Attributes::of(NoAttributes{}));
  return graph;
}

}  // namespace burin
