// The same elements in another shape, and what follows from shapes alone.
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

// A graph of `op` from one shape to another.
Graph sample_reshaping(Random& random, Op op, Shape from, Shape to) {
  Graph graph;
  constexpr DType dtypes[] = {DType::s8, DType::u8, DType::f32, DType::s16, DType::s32};
  const DType dtype = dtypes[random.integer(0, 4)];
  const TensorId input = sample_tensor(graph, random, "input", dtype, std::move(from));
  const TensorId output = sample_tensor(graph, random, "output", dtype, std::move(to));
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(NoAttributes{}),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace

Graph sample_expand_dims(Random& random) {
  std::vector<int32_t> from;
  for (int32_t i = random.integer(0, 3); i > 0; --i) from.push_back(random.integer(1, 9));
  std::vector<int32_t> to = from;
  to.insert(to.begin() + random.integer(0, static_cast<int32_t>(to.size())), 1);
  return sample_reshaping(random, Op::expand_dims, Shape(std::move(from)), Shape(std::move(to)));
}

Graph sample_fill(Random& random) {
  return sample_rearrangement(random, Op::fill, Shape(), sample_moved_shape(random, random.integer(0, 4)),
                              Attributes::of(NoAttributes{}));
}

Graph sample_reshape(Random& random) {
  std::vector<int32_t> from;
  int32_t elements = 1;
  for (int32_t i = random.integer(0, 4); i > 0; --i) {
    from.push_back(random.integer(1, 7));
    elements *= from.back();
  }
  const int32_t inner = elements % 2 == 0 ? 2 : 1;
  const Shape to = random.chance(0.5) ? Shape{1, elements} : Shape{elements / inner, 1, inner};
  return sample_reshaping(random, Op::reshape, Shape(std::move(from)), to);
}

Graph sample_shape(Random& random) {
  Graph graph;
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  const TensorId input = sample_tensor(graph, random, "input", sample_moved_dtype(random), shape);
  const TensorId output =
      add_tensor(graph, {.name = "output", .type = {DType::s32, Shape{static_cast<int32_t>(shape.rank())}}});
  graph.nodes.push_back({.op = Op::shape,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(NoAttributes{}),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

Graph sample_squeeze(Random& random) {
  std::vector<int32_t> from;
  std::vector<int32_t> to;
  for (int32_t i = random.integer(1, 5); i > 0; --i) {
    from.push_back(random.chance(0.5) ? 1 : random.integer(1, 6));
    if (from.back() != 1 || random.chance(0.3)) to.push_back(from.back());
  }
  return sample_reshaping(random, Op::squeeze, Shape(std::move(from)), Shape(std::move(to)));
}

Graph sample_zeros_like(Random& random) {
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  return sample_rearrangement(random, Op::zeros_like, shape, shape, Attributes::of(NoAttributes{}));
}

}  // namespace burin
