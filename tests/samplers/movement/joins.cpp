// Tensors that are laid next to each other, or cut apart.
#include "ops/movement/joining.hpp"
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

// A graph of `op` over parts of these shapes.
Graph sample_join(Random& random, Op op, int32_t axis, const std::vector<Shape>& parts, const Shape& whole) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const TensorId output = sample_tensor(graph, random, "output", dtype, whole);
  Node node{.op = op,
            .inputs = {},
            .outputs = {output},
            .attributes = Attributes::of(AxisAttributes{axis}),
            .name = "sample",
            .source_index = 0};
  for (size_t i = 0; i < parts.size(); ++i) {
    const TensorId part = sample_tensor(graph, random, ("part" + std::to_string(i)).c_str(), dtype, parts[i]);
    graph.at(part).quantization = graph.at(output).quantization;
    if (i > 0 && random.chance(0.2))
      graph.at(part).constant = sample_constant(random, graph.at(part).type);
    else
      graph.inputs.push_back(part);
    node.inputs.push_back(part);
  }
  graph.nodes.push_back(std::move(node));
  graph.outputs = {output};
  return graph;
}

Graph sample_separation(Random& random, Op op, int32_t axis, const Shape& whole,
                        const std::vector<Shape>& parts) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const TensorId input = sample_tensor(graph, random, "input", dtype, whole);
  graph.inputs = {input};
  for (size_t i = 0; i < parts.size(); ++i) {
    graph.outputs.push_back(
        sample_tensor(graph, random, ("part" + std::to_string(i)).c_str(), dtype, parts[i]));
    graph.at(graph.outputs.back()).quantization = graph.at(input).quantization;
  }
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = graph.outputs,
                         .attributes = Attributes::of(AxisAttributes{axis}),
                         .name = "sample",
                         .source_index = 0});
  return graph;
}

Graph sample_splitting(Random& random, Op op) {
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  const int32_t axis = random.integer(0, static_cast<int32_t>(shape.rank()) - 1);
  const int32_t equal = random.integer(1, 4);
  std::vector<Shape> parts;
  int32_t extent = 0;
  for (int32_t i = random.integer(1, 4); i > 0; --i) {
    parts.push_back(with_extent(shape, axis, op == Op::split ? equal : random.integer(1, 4)));
    extent += parts.back()[axis];
  }
  return sample_separation(random, op, axis, with_extent(shape, axis, extent), parts);
}

}  // namespace

Graph sample_concatenation(Random& random) {
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  const int32_t axis = random.integer(0, static_cast<int32_t>(shape.rank()) - 1);
  std::vector<Shape> parts;
  int32_t extent = 0;
  for (int32_t i = random.integer(1, 5); i > 0; --i) {
    parts.push_back(with_extent(shape, axis, random.integer(1, 6)));
    extent += parts.back()[axis];
  }
  return sample_join(random, Op::concatenation, axis, parts, with_extent(shape, axis, extent));
}

Graph sample_pack(Random& random) {
  const int32_t rank = random.integer(0, 3);
  const Shape shape = sample_moved_shape(random, rank);
  const int32_t axis = random.integer(0, rank);
  const int32_t count = random.integer(1, 5);
  const Shape whole = with_extent(with_axis(shape, axis), axis, count);
  return sample_join(random, Op::pack, axis, std::vector<Shape>(static_cast<size_t>(count), shape), whole);
}

Graph sample_unpack(Random& random) {
  const Shape whole = sample_moved_shape(random, random.integer(1, 4));
  const int32_t axis = random.integer(0, static_cast<int32_t>(whole.rank()) - 1);
  const std::vector<Shape> parts(static_cast<size_t>(whole[axis]), without_axis(whole, axis));
  return sample_separation(random, Op::unpack, axis, whole, parts);
}

Graph sample_split(Random& random) {
  return sample_splitting(random, Op::split);
}
Graph sample_split_v(Random& random) {
  return sample_splitting(random, Op::split_v);
}

}  // namespace burin
