#include "samplers/one_node.hpp"

#include "ops/elementwise/binary.hpp"
#include "samplers/sampling.hpp"

namespace burin {

Graph sample_unary(Random& random, Op op, DType from, DType to, Attributes attributes) {
  std::vector<int32_t> dims;
  for (int32_t i = random.integer(0, 3); i > 0; --i) dims.push_back(random.integer(1, 12));
  Graph graph;
  const TensorId input = sample_tensor(graph, random, "input", from, Shape(dims));
  const TensorId output = sample_tensor(graph, random, "output", to, Shape(dims));
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = std::move(attributes),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

DType sample_unary_type(Random& random) {
  constexpr DType dtypes[] = {DType::s8, DType::s8, DType::u8, DType::f32};
  return dtypes[random.integer(0, 3)];
}

DType sample_wide_unary_type(Random& random) {
  return random.chance(0.25) ? DType::s16 : sample_unary_type(random);
}

Graph sample_binary(Random& random, Op op, DType dtype, Attributes attributes, Activation activation) {
  std::vector<int32_t> output;
  const int32_t longest = random.chance(0.8) ? 6 : 2;  // of rank 6 a few elements are many
  for (int32_t i = random.integer(0, longest == 6 ? 4 : 6); i > 0; --i)
    output.push_back(random.integer(1, longest));
  // An operand may lack leading dimensions, and have 1 for some of the others.
  const auto operand = [&](bool full) {
    if (full) return Shape(output);
    const auto skipped = random.integer(0, static_cast<int32_t>(output.size()));
    std::vector<int32_t> dims(output.begin() + skipped, output.end());
    for (int32_t& extent : dims)
      if (random.chance(0.4)) extent = 1;
    return Shape(std::move(dims));
  };
  const bool left_full = random.chance(0.7);
  const bool right_full = random.chance(0.5);
  const Shape left_shape = operand(left_full);
  const Shape right_shape = operand(right_full);
  const Shape shape = *broadcast_shape(left_shape, right_shape);

  Graph graph;
  const TensorId left = sample_tensor(graph, random, "left", dtype, left_shape);
  const TensorId right = sample_tensor(graph, random, "right", dtype, right_shape);
  const TensorId result = sample_tensor(graph, random, "output", dtype, shape);
  graph.inputs = {left, right};
  if (random.chance(0.3)) {
    graph.at(right).constant = sample_constant(random, graph.at(right).type);
    graph.inputs = {left};
  }
  graph.nodes.push_back({.op = op,
                         .inputs = {left, right},
                         .outputs = {result},
                         .attributes = std::move(attributes),
                         .activation = activation,
                         .name = "sample",
                         .source_index = 0});
  graph.outputs = {result};
  return graph;
}

DType sample_moved_dtype(Random& random) {
  constexpr DType dtypes[] = {DType::s8, DType::u8, DType::s16, DType::s32, DType::f32};
  return dtypes[random.integer(0, 4)];
}

Shape sample_moved_shape(Random& random, int32_t rank) {
  std::vector<int32_t> dims;
  for (int32_t i = 0; i < rank; ++i) dims.push_back(random.integer(1, 6));
  return Shape(std::move(dims));
}

Graph sample_rearrangement(Random& random, Op op, Shape from, Shape to, Attributes attributes) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const TensorId input = sample_tensor(graph, random, "input", dtype, std::move(from));
  const TensorId output = sample_tensor(graph, random, "output", dtype, std::move(to));
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = std::move(attributes),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
