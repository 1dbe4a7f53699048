// Elements that are taken from other places.
#include <algorithm>

#include "ops/movement/attributes.hpp"
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

Graph sample_slicing(Random& random, Op op) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  SliceAttributes slice;
  for (const int32_t dim : shape.dims()) {
    const bool whole = random.chance(0.4);
    const bool backwards = op == Op::strided_slice && random.chance(0.2);
    const int32_t step = whole || op == Op::slice ? 1 : random.integer(1, 3);
    const int32_t begin = whole ? 0 : random.integer(0, dim - 1);
    const int32_t most = (dim - 1 - begin) / step + 1;
    const int32_t extent = whole ? dim : random.integer(1, most);
    slice.begin.push_back(backwards ? begin + (extent - 1) * step : begin);
    slice.step.push_back(backwards ? -step : step);
    slice.extent.push_back(extent);
  }
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  std::vector<int32_t> result = slice.extent;
  if (random.chance(0.3)) std::erase(result, 1);
  const TensorId output = sample_tensor(graph, random, "output", dtype, Shape(std::move(result)));
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(std::move(slice)),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace

Graph sample_broadcast_to(Random& random) {
  const Shape to = sample_moved_shape(random, random.integer(1, 5));
  const auto missing = random.chance(0.6) ? 0 : random.integer(0, static_cast<int32_t>(to.rank()));
  std::vector<int32_t> from(to.dims().begin() + missing, to.dims().end());
  for (int32_t& extent : from)
    if (random.chance(0.5)) extent = 1;
  return sample_rearrangement(random, Op::broadcast_to, Shape(std::move(from)), to,
                              Attributes::of(NoAttributes{}));
}

Graph sample_gather(Random& random) {
  Graph graph;
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  GatherAttributes attributes;
  attributes.axis = random.integer(0, static_cast<int32_t>(shape.rank()) - 1);
  attributes.batch_dims = random.chance(0.7) ? 0 : random.integer(0, attributes.axis);
  std::vector<int32_t> dims(shape.dims().begin(), shape.dims().begin() + attributes.batch_dims);
  for (int32_t i = random.integer(0, 2); i > 0; --i) dims.push_back(random.integer(1, 4));
  const TensorId table = sample_tensor(graph, random, "input", sample_moved_dtype(random), shape);
  const TensorId indices = add_tensor(
      graph, {.name = "indices", .type = {random.chance(0.8) ? DType::s32 : DType::s64, Shape(dims)}});
  graph.inputs = {table, indices};
  if (graph.at(indices).type.dtype == DType::s32 && random.chance(0.7)) {
    std::vector<int32_t> values;
    for (int64_t i = 0; i < Shape(dims).elements(); ++i)
      values.push_back(random.integer(-1, shape[attributes.axis]));
    graph.at(indices).constant = Constant::of(values);
    graph.inputs = {table};
  }
  const TensorId output = sample_tensor(graph, random, "output", graph.at(table).type.dtype, {});
  graph.at(output).quantization = graph.at(table).quantization;
  add_sample_node(graph, Op::gather, {table, indices}, output, Attributes::of(attributes));
  return graph;
}

Graph sample_reverse_v2(Random& random) {
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  ReverseAttributes attributes;
  for (int32_t i = 0; i < static_cast<int32_t>(shape.rank()); ++i)
    if (random.chance(0.4)) attributes.axes.push_back(i);
  return sample_rearrangement(random, Op::reverse_v2, shape, shape, Attributes::of(std::move(attributes)));
}

Graph sample_tile(Random& random) {
  const Shape from = sample_moved_shape(random, random.integer(1, 4));
  std::vector<int32_t> to = from.dims();
  for (int32_t& extent : to) extent *= random.chance(0.5) ? 1 : random.integer(1, 3);
  return sample_rearrangement(random, Op::tile, from, Shape(std::move(to)), Attributes::of(NoAttributes{}));
}

Graph sample_transpose(Random& random) {
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(1, 5));
  TransposeAttributes attributes;
  std::vector<int32_t> dims;
  for (int32_t axis = 0; axis < static_cast<int32_t>(shape.rank()); ++axis)
    attributes.permutation.insert(attributes.permutation.begin() + random.integer(0, axis), axis);
  for (const int32_t axis : attributes.permutation) dims.push_back(shape[axis]);
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, Shape(std::move(dims)));
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = Op::transpose,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(std::move(attributes)),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

Graph sample_slice(Random& random) {
  return sample_slicing(random, Op::slice);
}
Graph sample_strided_slice(Random& random) {
  return sample_slicing(random, Op::strided_slice);
}

}  // namespace burin
