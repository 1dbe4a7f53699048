// What CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED compute in other types than int8, by what they compute
// in int8 and float32.
#include <catch2/catch.hpp>
#include <cmath>

#include "eval/evaluator.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "ops/one_node.hpp"
#include "ops/weighted/weighted.hpp"
#include "samplers/samplers.hpp"

namespace burin {
namespace {

constexpr Op weighted[] = {Op::convolution_2d, Op::depthwise_convolution_2d, Op::fully_connected};

// Graphs of one int8 node, the weights quantized per tensor; scales are powers of two, so that no product of
// them is rounded.
std::vector<Graph> s8_samples(Op op) {
  std::vector<Graph> result;
  for (uint64_t seed = 0; result.size() < 12; ++seed) {
    Random random(seed);
    Graph graph = sample_graph(op, random);
    const Node& node = graph.nodes[0];
    const Tensor& weights = graph.at(node.inputs[1]);
    if (!has_symmetric_s8_weights({graph, node}) || !weights.is_constant() ||
        !weights.quantization.per_tensor())
      continue;
    for (Tensor& tensor : graph.tensors)
      for (float& scale : tensor.quantization.scales) scale = std::exp2(std::round(std::log2(scale)));
    if (node.inputs[2].valid())
      graph.at(node.inputs[2]).quantization.scales = {graph.at(node.inputs[0]).quantization.scale() *
                                                      graph.at(node.inputs[1]).quantization.scale()};
    result.push_back(std::move(graph));
  }
  return result;
}

std::vector<int8_t> random_input(const Graph& graph) {
  Random random(5);
  std::vector<int8_t> values(static_cast<size_t>(graph.at(graph.inputs[0]).type.shape.elements()));
  for (int8_t& value : values) value = static_cast<int8_t>(random.integer(-128, 127));
  return values;
}

// The output for an input of T.
template <class T>
std::vector<T> run(const Graph& graph, const std::vector<T>& values) {
  if (const std::string found = test::findings(graph); !found.empty()) throw std::invalid_argument(found);
  const Value input = Value::of(graph.at(graph.inputs[0]).type, std::as_bytes(std::span(values)));
  const Value output = Evaluator(graph).run(std::span(&input, 1)).at(0);
  return {output.as<T>().begin(), output.as<T>().end()};
}

std::vector<uint8_t> shifted(std::span<const int8_t> values) {
  std::vector<uint8_t> result;
  for (const int8_t value : values) result.push_back(static_cast<uint8_t>(value + 128));
  return result;
}

// The same layer in uint8.
Graph in_u8(Graph graph) {
  const Node& node = graph.nodes[0];
  graph.at(node.inputs[1]).constant = Constant::of(shifted(graph.at(node.inputs[1]).constant->as<int8_t>()));
  for (const TensorId id : {node.inputs[0], node.inputs[1], node.outputs[0]}) {
    graph.at(id).type.dtype = DType::u8;
    graph.at(id).quantization.zero_points[0] += 128;
  }
  return graph;
}

Graph in_f32(Graph graph, bool weights_too) {
  const Node& node = graph.nodes[0];
  for (const TensorId id : {node.inputs[0], node.outputs[0]}) {
    graph.at(id).type.dtype = DType::f32;
    graph.at(id).quantization = {};
  }
  if (node.inputs[2].valid()) {
    Tensor& bias = graph.at(node.inputs[2]);
    std::vector<float> values;
    for (const int32_t value : bias.constant->as<int32_t>())
      values.push_back(static_cast<float>(value) * bias.quantization.scale());
    bias.type.dtype = DType::f32;
    bias.quantization = {};
    bias.constant = Constant::of(values);
  }
  if (weights_too) {
    Tensor& weights = graph.at(node.inputs[1]);
    weights.constant =
        Constant::of(real_elements(weights, Value::of(weights.type, weights.constant->bytes())));
    weights.type.dtype = DType::f32;
    weights.quantization = {};
  }
  return graph;
}

}  // namespace

TEST_CASE("a uint8 layer is the int8 layer moved by 128", "[ops]") {
  for (const Op op : weighted) {
    for (const Graph& graph : s8_samples(op)) {
      const std::vector<int8_t> input = random_input(graph);
      INFO(name_of(op));
      CHECK(run<uint8_t>(in_u8(graph), shifted(input)) == shifted(run<int8_t>(graph, input)));
    }
  }
}

TEST_CASE("a zero point of the weights is taken away from every weight", "[ops]") {
  for (const Op op : weighted) {
    for (Graph graph : s8_samples(op)) {
      Tensor& weights = graph.at(graph.nodes[0].inputs[1]);
      std::vector<int8_t> moved;
      std::vector<int8_t> small;
      for (const int8_t weight : weights.constant->as<int8_t>()) {
        small.push_back(static_cast<int8_t>(weight / 2));
        moved.push_back(static_cast<int8_t>(weight / 2 - 31));
      }
      weights.constant = Constant::of(small);
      const std::vector<int8_t> input = random_input(graph);
      const std::vector<int8_t> expected = run<int8_t>(graph, input);
      weights.constant = Constant::of(moved);
      weights.quantization.zero_points = {-31};
      INFO(name_of(op));
      CHECK(run<int8_t>(graph, input) == expected);
    }
  }
}

TEST_CASE("float32 layers multiply int8 weights by their scales", "[ops]") {
  for (const Op op : weighted) {
    for (const Graph& graph : s8_samples(op)) {
      std::vector<float> input;
      for (const int8_t value : random_input(graph)) input.push_back(static_cast<float>(value) / 32);
      INFO(name_of(op));
      CHECK(run<float>(in_f32(graph, false), input) == run<float>(in_f32(graph, true), input));
    }
  }
}

TEST_CASE("a float32 layer computes what its int8 form rounds", "[ops]") {
  for (const Op op : weighted) {
    for (const Graph& graph : s8_samples(op)) {
      const Tensor& from = graph.at(graph.inputs[0]);
      const Tensor& to = graph.at(graph.outputs[0]);
      const std::vector<int8_t> input = random_input(graph);
      std::vector<float> real;
      for (const int8_t value : input)
        real.push_back(static_cast<float>(value - from.quantization.zero_point()) *
                       from.quantization.scale());
      const std::vector<float> exact = run<float>(in_f32(graph, true), real);
      const std::vector<int8_t> rounded = run<int8_t>(graph, input);
      INFO(name_of(op));
      for (size_t i = 0; i < exact.size(); ++i) {
        const float stored =
            std::clamp(exact[i] / to.quantization.scale() + static_cast<float>(to.quantization.zero_point()),
                       -128.0f, 127.0f);
        CHECK(std::abs(stored - static_cast<float>(rounded[i])) < 0.51f);
      }
    }
  }
}

TEST_CASE("an int16 layer rounds what its float32 form computes", "[ops]") {
  for (const Op op : weighted) {
    for (Graph graph : s8_samples(op)) {
      for (const TensorId id : {graph.inputs[0], graph.outputs[0]}) {
        graph.at(id).type.dtype = DType::s16;
        graph.at(id).quantization.zero_points = {0};
      }
      const Graph in_reals = in_f32(graph, true);
      const TensorId bias = graph.nodes[0].inputs[2];
      if (bias.valid()) {
        // 64 bits, which DEPTHWISE_CONV_2D has to have; the same numbers.
        std::vector<int64_t> values;
        for (const int32_t value : graph.at(bias).constant->as<int32_t>()) values.push_back(value);
        graph.at(bias).type.dtype = DType::s64;
        graph.at(bias).constant = Constant::of(values);
      }
      Random random(6);
      std::vector<int16_t> input(static_cast<size_t>(graph.at(graph.inputs[0]).type.shape.elements()));
      for (int16_t& value : input) value = static_cast<int16_t>(random.integer(-32768, 32767));
      std::vector<float> real;
      for (const int16_t value : input)
        real.push_back(static_cast<float>(value) * graph.at(graph.inputs[0]).quantization.scale());
      const std::vector<float> exact = run<float>(in_reals, real);
      const std::vector<int16_t> rounded = run<int16_t>(graph, input);
      const float scale = graph.at(graph.outputs[0]).quantization.scale();
      INFO(name_of(op));
      for (size_t i = 0; i < exact.size(); ++i) {
        // Multipliers have 15 bits; those of powers of two are exact.
        const float stored = std::clamp(exact[i] / scale, -32768.0f, 32767.0f);
        CHECK(std::abs(stored - static_cast<float>(rounded[i])) < 0.51f);
      }
    }
  }
}

TEST_CASE("int8 weights with several zero points that are not 0 are refused", "[ops]") {
  for (const Op op : weighted) {
    Random random(3);
    Graph graph = s8_samples(op)[0];
    Tensor& weights = graph.at(graph.nodes[0].inputs[1]);
    weights.quantization.axis = op == Op::depthwise_convolution_2d ? 3 : 0;
    const auto channels = static_cast<size_t>(weights.type.shape[weights.quantization.axis]);
    if (channels < 2) continue;
    weights.quantization.scales.assign(channels, 0.5f);
    weights.quantization.zero_points.assign(channels, 0);
    CHECK(test::findings(graph).empty());
    weights.quantization.zero_points[1] = 3;
    CHECK_FALSE(test::findings(graph).empty());
  }
}

TEST_CASE("types that do not go together are refused", "[ops]") {
  for (const Op op : weighted) {
    const Graph graph = s8_samples(op)[0];
    Graph mixed = in_u8(graph);
    mixed.at(mixed.outputs[0]).type.dtype = DType::s8;
    CHECK_FALSE(test::findings(mixed).empty());
    Graph s16 = graph;
    s16.at(s16.inputs[0]).type.dtype = DType::s16;
    CHECK_FALSE(test::findings(s16).empty());
  }
}

}  // namespace burin
