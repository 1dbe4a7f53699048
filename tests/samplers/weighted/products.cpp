// Products of matrices.
#include <cmath>

#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {

Graph sample_batch_matmul(Random& random) {
  Graph graph;
  const double kind = random.real(0, 1);
  const DType dtype = kind < 0.45 ? DType::s8 : kind < 0.65 ? DType::s16 : DType::f32;
  const BatchMatmulAttributes attributes{random.chance(0.4), random.chance(0.4)};
  const int32_t rows = random.integer(1, 5);
  const int32_t inner = random.integer(1, 12);
  const int32_t columns = random.integer(1, 5);
  std::vector<int32_t> left;
  std::vector<int32_t> right;
  for (int32_t i = random.integer(0, 2); i > 0; --i) {
    const int32_t extent = random.integer(1, 3);
    left.push_back(random.chance(0.3) ? 1 : extent);
    right.push_back(random.chance(0.3) ? 1 : extent);
  }
  if (!left.empty() && random.chance(0.2)) right.erase(right.begin());
  left.insert(left.end(), {attributes.adj_x ? inner : rows, attributes.adj_x ? rows : inner});
  right.insert(right.end(), {attributes.adj_y ? columns : inner, attributes.adj_y ? inner : columns});
  const TensorId a = sample_tensor(graph, random, "left", dtype, Shape(std::move(left)));
  const TensorId b = sample_tensor(graph, random, "right", dtype, Shape(std::move(right)));
  const TensorId output = sample_tensor(graph, random, "output", dtype, {});
  graph.inputs = {a, b};
  if (random.chance(0.3)) {
    graph.at(b).constant = sample_constant(random, graph.at(b).type);
    graph.inputs = {a};
  }
  if (dtype == DType::s8) fit_output_scale(graph, random, a, b, output, inner);
  // Operands reach 2^15, and so do the products' sums, scaled.
  if (dtype == DType::s16)
    graph.at(output).quantization.scales = {
        graph.at(a).quantization.scale() * graph.at(b).quantization.scale() *
        static_cast<float>(10000 * std::sqrt(static_cast<double>(inner)) * random.real(0.3, 3))};
  add_sample_node(graph, Op::batch_matmul, {a, b}, output, Attributes::of(attributes));
  return graph;
}

Graph sample_fully_connected(Random& random) {
  Graph graph;
  const int32_t batches = random.chance(0.7) ? 1 : random.integer(1, 3);
  const int32_t inputs = random.integer(1, 70);
  const int32_t outputs = random.integer(1, 20);
  const bool rank_4 = random.chance(0.2);
  const Shape shape = rank_4 ? Shape{batches, 1, 1, inputs} : Shape{batches, inputs};
  const TensorId input = sample_tensor(graph, random, "input", DType::s8, shape);
  const TensorId weights = sample_weights(graph, random, {outputs, inputs}, random.chance(0.5) ? 0 : -1);
  const TensorId bias = random.chance(0.8) ? sample_bias(graph, random, input, weights, outputs) : TensorId();
  const bool keep_rank = rank_4 && random.chance(0.5);
  const TensorId output = sample_tensor(graph, random, "output", DType::s8,
                                        keep_rank ? Shape{batches, 1, 1, outputs} : Shape{batches, outputs});
  fit_output_scale(graph, random, input, weights, output, inputs);
  graph.nodes.push_back({.op = Op::fully_connected,
                         .inputs = {input, weights, bias},
                         .outputs = {output},
                         .attributes = Attributes::of(FullyConnectedAttributes{keep_rank}),
                         .activation = sample_activation(random),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  vary_weighted_types(graph, random);
  Tensor& matrix = graph.at(weights);
  if (random.chance(0.3) && is_real(matrix) && matrix.type.dtype == graph.at(input).type.dtype) {
    matrix.constant.reset();
    graph.inputs.push_back(weights);
  }
  return graph;
}

}  // namespace burin
