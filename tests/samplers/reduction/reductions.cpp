// Sums, means, extrema and their places along axes.
#include <cmath>

#include "ops/movement/joining.hpp"
#include "ops/reduction/attributes.hpp"
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

Graph sample_argument(Random& random, Op op) {
  Graph graph;
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  const int32_t axis = random.integer(0, static_cast<int32_t>(shape.rank()) - 1);
  const TensorId input = sample_tensor(graph, random, "input", sample_moved_dtype(random), shape);
  const TensorId output = add_tensor(
      graph,
      {.name = "output", .type = {random.chance(0.5) ? DType::s32 : DType::s64, without_axis(shape, axis)}});
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(AxisAttributes{axis}),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

Graph sample_reduction(Random& random, Op op) {
  constexpr DType sums[] = {DType::s8, DType::s8, DType::s16, DType::s32, DType::f32};
  constexpr DType extrema[] = {DType::s8, DType::u8, DType::s16, DType::s32, DType::f32};
  constexpr DType products[] = {DType::s32, DType::s32, DType::f32, DType::f32, DType::f32};
  const DType* dtypes = op == Op::sum ? sums : op == Op::reduce_prod ? products : extrema;
  const bool logical = dtypes == extrema && random.chance(0.1);
  const DType dtype = logical ? DType::boolean : dtypes[random.integer(0, 4)];
  Graph graph;
  const Shape shape = sample_moved_shape(random, random.integer(1, 5));
  ReductionAttributes attributes{{}, random.chance(0.5)};
  int64_t elements = 1;
  for (int32_t i = 0; i < static_cast<int32_t>(shape.rank()); ++i)
    if (random.chance(0.5)) {
      attributes.axes.push_back(i);
      elements *= shape[i];
    }
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, {});
  Quantization& to = graph.at(output).quantization;
  to = graph.at(input).quantization;
  if (op == Op::sum && to.present()) {
    to = sample_quantization(random, dtype);
    to.scales = {graph.at(input).quantization.scale() *
                 static_cast<float>(std::sqrt(static_cast<double>(elements)) * random.real(0.3, 3))};
  }
  add_sample_node(graph, op, {input}, output, Attributes::of(std::move(attributes)));
  graph.inputs = {input};
  return graph;
}

}  // namespace

Graph sample_mean(Random& random) {
  Graph graph;
  const int32_t rank = random.chance(0.6) ? 4 : random.integer(1, 4);
  MeanAttributes attributes{.axes = {}, .keep_dims = random.chance(0.5)};
  std::vector<int32_t> dims;
  for (int32_t i = 0; i < rank; ++i) {
    dims.push_back(random.chance(0.2) ? 1 : random.integer(1, 7));
    if (random.chance(0.5)) attributes.axes.push_back(random.chance(0.5) ? i : i - rank);
  }
  if (rank == 4 && random.chance(0.4)) attributes.axes = {1, 2};  // as models have it
  const double kind = random.real(0, 1);
  const DType dtype = kind < 0.65 ? DType::s8 : kind < 0.8 ? DType::s16 : DType::f32;
  const TensorId input = sample_tensor(graph, random, "input", dtype, Shape(dims));
  const TensorId output = sample_tensor(graph, random, "output", dtype, {});
  graph.at(output).quantization = graph.at(input).quantization;
  if (dtype != DType::f32 && random.chance(0.7)) {
    graph.at(output).quantization = sample_quantization(random, dtype);
    graph.at(output).quantization.scales = {graph.at(input).quantization.scale() *
                                            static_cast<float>(random.real(0.1, 2))};
  }
  add_sample_node(graph, Op::mean, {input}, output, Attributes::of(std::move(attributes)));
  graph.inputs = {input};
  return graph;
}

Graph sample_arg_max(Random& random) {
  return sample_argument(random, Op::arg_max);
}
Graph sample_arg_min(Random& random) {
  return sample_argument(random, Op::arg_min);
}

Graph sample_cumsum(Random& random) {
  constexpr DType dtypes[] = {DType::s8, DType::s8, DType::s32, DType::f32};
  const DType dtype = dtypes[random.integer(0, 3)];
  const Shape shape = sample_moved_shape(random, random.integer(1, 4));
  const CumsumAttributes attributes{random.integer(0, static_cast<int32_t>(shape.rank()) - 1),
                                    random.chance(0.4), random.chance(0.4)};
  Graph graph;
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  if (dtype == DType::s8)
    graph.at(output).quantization.scales = {graph.at(input).quantization.scale() *
                                            static_cast<float>(random.real(0.5, 5))};
  add_sample_node(graph, Op::cumsum, {input}, output, Attributes::of(attributes));
  graph.inputs = {input};
  return graph;
}

Graph sample_reduce_max(Random& random) {
  return sample_reduction(random, Op::reduce_max);
}
Graph sample_reduce_min(Random& random) {
  return sample_reduction(random, Op::reduce_min);
}
Graph sample_reduce_prod(Random& random) {
  return sample_reduction(random, Op::reduce_prod);
}
Graph sample_sum(Random& random) {
  return sample_reduction(random, Op::sum);
}

}  // namespace burin
