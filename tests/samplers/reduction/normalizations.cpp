// Rows that are scaled by what they hold together.
#include "ops/reduction/attributes.hpp"
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {

Graph sample_l2_normalization(Random& random) {
  const DType dtype = random.chance(0.5) ? DType::s8 : DType::f32;
  Graph graph = sample_unary(random, Op::l2_normalization, dtype, dtype, Attributes::of(NoAttributes{}));
  for (Tensor& tensor : graph.tensors)
    if (tensor.type.shape.rank() == 0) tensor.type.shape = Shape{5};
  if (dtype == DType::s8) graph.at(graph.outputs[0]).quantization = {{0x1p-7f}, {0}, 0};
  return graph;
}

Graph sample_log_softmax(Random& random) {
  Graph graph;
  const Shape shape{random.integer(1, 4), random.integer(1, 120)};
  const DType dtype = random.chance(0.7) ? DType::s8 : DType::f32;
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  if (dtype == DType::s8) graph.at(output).quantization = {{1.0f / 16}, {127}, 0};
  graph.nodes.push_back({.op = Op::log_softmax,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(NoAttributes{}),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

Graph sample_softmax(Random& random) {
  Graph graph;
  const Shape shape = random.chance(0.3)
                          ? Shape{random.integer(1, 3), random.integer(1, 4), random.integer(1, 40)}
                          : Shape{random.integer(1, 3), random.integer(1, 200)};
  const double kind = random.real(0, 1);
  const DType from = kind < 0.5 ? DType::s8 : kind < 0.65 ? DType::s16 : kind < 0.8 ? DType::u8 : DType::f32;
  const DType to = from == DType::s8 && random.chance(0.3) ? DType::s16 : from;
  const TensorId input = sample_tensor(graph, random, "input", from, shape);
  const TensorId output = sample_tensor(graph, random, "output", to, shape);
  if (to != DType::f32)
    graph.at(output).quantization = {
        {to == DType::s16 ? 1.0f / 65536 : 1.0f / 256}, {static_cast<int32_t>(integer_range(to).lowest)}, 0};
  if (from == DType::s16) {
    graph.at(input).quantization.scales = {static_cast<float>(random.real(1e-5, 1e-3))};
    graph.at(output).quantization = {{1.0f / 32768}, {0}, 0};
  }
  const auto beta = static_cast<float>(random.chance(0.7) ? 1 : random.real(0.05, 4));
  graph.nodes.push_back({.op = Op::softmax,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(SoftmaxAttributes{beta}),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
