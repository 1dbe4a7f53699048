// Variables that are assigned and read.
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {

// Assigns, and reads it back.
Graph sample_assign_variable(Random& random) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(0, 4));
  const TensorId variable = sample_tensor(graph, random, "variable", dtype, shape);
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  graph.at(variable).variable = true;
  for (const TensorId id : {input, output}) graph.at(id).quantization = graph.at(variable).quantization;
  const auto add_node = [&](Op op, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
    graph.nodes.push_back({.op = op,
                           .inputs = std::move(inputs),
                           .outputs = std::move(outputs),
                           .attributes = Attributes::of(NoAttributes{}),
                           .name = "sample",
                           .source_index = static_cast<int32_t>(graph.nodes.size())});
  };
  add_node(Op::assign_variable, {variable, input}, {});
  add_node(Op::read_variable, {variable}, {output});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

// Reads, then assigns, so that what was read must outlive the assignment.
Graph sample_read_variable(Random& random) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(0, 4));
  const TensorId variable = sample_tensor(graph, random, "variable", dtype, shape);
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  graph.at(variable).variable = true;
  if (random.chance(0.5)) graph.at(variable).constant = sample_constant(random, graph.at(variable).type);
  for (const TensorId id : {input, output}) graph.at(id).quantization = graph.at(variable).quantization;
  const auto add_node = [&](Op op, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
    graph.nodes.push_back({.op = op,
                           .inputs = std::move(inputs),
                           .outputs = std::move(outputs),
                           .attributes = Attributes::of(NoAttributes{}),
                           .name = "sample",
                           .source_index = static_cast<int32_t>(graph.nodes.size())});
  };
  add_node(Op::read_variable, {variable}, {output});
  add_node(Op::assign_variable, {variable, input}, {});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
