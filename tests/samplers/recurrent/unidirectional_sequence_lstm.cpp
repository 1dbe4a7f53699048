// A long short-term memory, of int8 or float32.
#include <cmath>

#include "ops/recurrent/unidirectional_sequence_lstm.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

constexpr int gates = 4;

}  // namespace

Graph sample_unidirectional_sequence_lstm(Random& random) {
  const bool is_s8 = random.chance(0.6);
  const bool s8_weights = is_s8 || random.chance(0.4);
  const DType activation = is_s8 ? DType::s8 : DType::f32;
  const LstmSizes sizes{random.chance(0.7) ? 1 : random.integer(2, 3), random.integer(1, 4),
                        random.integer(1, 20), random.integer(1, 12)};
  const bool time_major = random.chance(0.3);
  const auto shape = [&](int32_t last) {
    return time_major ? Shape{sizes.steps, sizes.batches, last} : Shape{sizes.batches, sizes.steps, last};
  };
  Graph graph;
  const TensorId input = sample_tensor(graph, random, "input", activation, shape(sizes.inputs));
  Node node{.op = Op::unidirectional_sequence_lstm,
            .inputs = {input},
            .outputs = {},
            .attributes = Attributes::of(LstmAttributes{
                time_major, random.chance(0.5) ? 0 : static_cast<float>(random.real(0.2, 10))}),
            .name = "sample",
            .source_index = 0};
  for (int i = 0; i < 2 * gates; ++i) {
    const Shape weights{sizes.units, i < gates ? sizes.inputs : sizes.units};
    if (s8_weights) {
      node.inputs.push_back(sample_weights(graph, random, weights, -1));
    } else {
      node.inputs.push_back(sample_tensor(graph, random, "weights", DType::f32, weights));
      graph.at(node.inputs.back()).constant = sample_constant(random, {DType::f32, weights});
    }
  }
  for (size_t i = 0; i < gates; ++i) {
    if (is_s8) {
      node.inputs.push_back(
          sample_bias(graph, random, input, node.inputs[lstm_input_weights + i], sizes.units));
    } else {
      node.inputs.push_back(sample_tensor(graph, random, "bias", DType::f32, {sizes.units}));
      graph.at(node.inputs.back()).constant = sample_constant(random, {DType::f32, {sizes.units}});
    }
  }
  const TensorId hidden = sample_tensor(graph, random, "hidden", activation, {sizes.batches, sizes.units});
  const TensorId cell =
      sample_tensor(graph, random, "cell", is_s8 ? DType::s16 : DType::f32, {sizes.batches, sizes.units});
  const TensorId output = sample_tensor(graph, random, "output", activation, shape(sizes.units));
  graph.at(hidden).variable = true;
  graph.at(cell).variable = true;
  if (is_s8) {
    graph.at(hidden).quantization.scales = {static_cast<float>(random.real(0.9, 1.1)) / 128};
    graph.at(cell).quantization.scales = {std::ldexp(1.0f, random.integer(-15, -8))};
    graph.at(output).quantization = graph.at(hidden).quantization;
  }
  node.inputs.push_back(hidden);
  node.inputs.push_back(cell);
  node.outputs = {output};
  graph.nodes.push_back(std::move(node));
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
