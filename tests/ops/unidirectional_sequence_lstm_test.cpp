#include <catch2/catch.hpp>
#include <cmath>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ops/elementwise/sigmoid_s16.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"

namespace burin {
namespace {

Attributes attributes(bool time_major, float cell_clip) {
  std::string error;
  return operator_of(Op::unidirectional_sequence_lstm)
      .parse_attributes({{"time_major", time_major}, {"cell_clip", cell_clip}}, error);
}

// One unit with one input; the gates' weights and biases in the order i, f, g, o.
struct OneUnit {
  float input_weights[4];
  float hidden_weights[4];
  float biases[4];
  float cell_clip = 0;
};

Graph one_unit(const OneUnit& parameters, int32_t steps) {
  Graph graph;
  const auto add = [&](const char* name, Shape shape, std::optional<float> value, bool variable = false) {
    Tensor tensor{.name = name, .type = {DType::f32, std::move(shape)}, .variable = variable};
    if (value) tensor.constant = Constant::of(std::vector<float>{*value});
    return add_tensor(graph, std::move(tensor));
  };
  Node node{.op = Op::unidirectional_sequence_lstm, .attributes = attributes(false, parameters.cell_clip)};
  node.inputs = {add("input", {1, steps, 1}, {})};
  for (const float weight : parameters.input_weights) node.inputs.push_back(add("w", {1, 1}, weight));
  for (const float weight : parameters.hidden_weights) node.inputs.push_back(add("r", {1, 1}, weight));
  for (const float bias : parameters.biases) node.inputs.push_back(add("b", {1}, bias));
  node.inputs.push_back(add("hidden", {1, 1}, {}, true));
  node.inputs.push_back(add("cell", {1, 1}, {}, true));
  node.outputs = {add("output", {1, steps, 1}, {})};
  graph.inputs = {node.inputs[0]};
  graph.outputs = node.outputs;
  graph.nodes.push_back(node);
  return graph;
}

Value value_of(const Tensor& tensor, const std::vector<float>& elements) {
  return Value::of(tensor.type, std::as_bytes(std::span(elements)));
}

float logistic(float x) {
  return 1 / (1 + std::exp(-x));
}

}  // namespace

TEST_CASE("the int16 logistic function has the reference's nodes", "[ops]") {
  // As TensorFlow Lite tabulates them.
  const std::array<uint16_t, 256> nodes = logistic_nodes();
  CHECK(nodes[0] == 32768);
  CHECK(nodes[4] == 35493);
  CHECK(nodes[28] == 49975);
  CHECK(nodes[35] == 53169);
  CHECK(nodes[48] == 57724);
  CHECK(nodes[66] == 61599);
  CHECK(nodes[254] == 65534);
  CHECK(nodes[255] == 65535);
}

TEST_CASE("int16 logistic and tanh lie within a unit of the real functions and saturate", "[ops]") {
  for (int32_t argument = -100000; argument <= 100000; argument += 37) {
    const double x = argument / 12288.0;
    CAPTURE(argument);
    CHECK(std::abs(logistic_s16(argument) - 32768 / (1 + std::exp(-x))) < 1.5);
    CHECK(std::abs(hyperbolic_tangent_s16(argument) - 32768 * std::tanh(x)) < 2.5);
  }
  CHECK(logistic_s16(INT32_MAX) == 32767);
  CHECK(logistic_s16(INT32_MIN) == 1);
  CHECK(hyperbolic_tangent_s16(INT32_MAX) == 32767);
  CHECK(hyperbolic_tangent_s16(INT32_MIN) == -32767);
}

TEST_CASE("an LSTM follows its equations and keeps its state from call to call", "[ops]") {
  const OneUnit p{{0.5f, -1, 2, 1}, {0.25f, 1, -0.5f, 0.75f}, {0.1f, 0.2f, -0.3f, 0.4f}};
  const Graph graph = one_unit(p, 2);
  REQUIRE(check_operators(graph).empty());
  float hidden = 0;
  float cell = 0;
  const auto step = [&](float x) {
    const auto sum = [&](int gate) {
      return p.input_weights[gate] * x + p.hidden_weights[gate] * hidden + p.biases[gate];
    };
    cell = logistic(sum(1)) * cell + logistic(sum(0)) * std::tanh(sum(2));
    hidden = logistic(sum(3)) * std::tanh(cell);
    return hidden;
  };
  Evaluator evaluator(graph);
  std::vector<float> first;
  for (const std::vector<float>& call : {std::vector<float>{1, -2}, {0.5f, 3}}) {
    const Value input = value_of(graph.at(graph.inputs[0]), call);
    const Value output = evaluator.run(std::span(&input, 1)).at(0);
    for (size_t i = 0; i < call.size(); ++i) CHECK(output.as<float>()[i] == Approx(step(call[i])));
    if (first.empty()) first.assign(output.as<float>().begin(), output.as<float>().end());
  }
  evaluator.reset();
  const Value input = value_of(graph.at(graph.inputs[0]), {1, -2});
  const Value again = evaluator.run(std::span(&input, 1)).at(0);
  CHECK(std::vector<float>(again.as<float>().begin(), again.as<float>().end()) == first);
}

TEST_CASE("an LSTM's cell state stays within its limit", "[ops]") {
  // All gates open: the cell state grows by about 1 a step.
  const Graph graph = one_unit({{0, 0, 0, 0}, {0, 0, 0, 0}, {20, 20, 20, 20}, 1.5f}, 4);
  Evaluator evaluator(graph);
  const Value input = value_of(graph.at(graph.inputs[0]), {0, 0, 0, 0});
  const Value output = evaluator.run(std::span(&input, 1)).at(0);
  CHECK(output.as<float>()[0] == Approx(std::tanh(1.0f)));
  for (size_t i = 1; i < 4; ++i) CHECK(output.as<float>()[i] == Approx(std::tanh(1.5f)));
}

TEST_CASE("batches of an LSTM do not mix, whichever dimension comes first", "[ops]") {
  Random random(7);
  int compared = 0;
  for (int i = 0; i < 400; ++i) {
    const Graph batch_major = sample_graph(Op::unidirectional_sequence_lstm, random);
    const Node& node = batch_major.nodes[0];
    const Shape& shape = batch_major.at(node.inputs[0]).type.shape;
    if (node.attributes.list()[0].value != AttributeValue(false) || shape[0] < 2 || shape[1] < 2) continue;
    Graph time_major = batch_major;
    const auto swapped = [](const Shape& s) { return Shape{s[1], s[0], s[2]}; };
    time_major.nodes[0].attributes = attributes(true, std::get<float>(node.attributes.list()[1].value));
    for (const TensorId id : {node.inputs[0], node.outputs[0]})
      time_major.at(id).type.shape = swapped(batch_major.at(id).type.shape);
    const auto transposed = [&](const Value& value, const TensorType& to) {
      Value result = Value::zeros(to);
      const Shape& from = value.type.shape;
      const size_t row = value.bytes.size() / static_cast<size_t>(from[0] * from[1]);
      for (int32_t a = 0; a < from[0]; ++a)
        for (int32_t b = 0; b < from[1]; ++b)
          std::copy_n(value.bytes.begin() + static_cast<ptrdiff_t>(row) * (a * from[1] + b), row,
                      result.bytes.begin() + static_cast<ptrdiff_t>(row) * (b * from[0] + a));
      return result;
    };
    Value input = Value::zeros(batch_major.at(node.inputs[0]).type);
    if (input.type.dtype == DType::f32)
      for (float& x : input.as<float>()) x = static_cast<float>(random.real(-1, 1));
    else
      for (std::byte& byte : input.bytes) byte = static_cast<std::byte>(random.next() & 0xFF);
    const Value other = transposed(input, time_major.at(node.inputs[0]).type);
    const Value expected = Evaluator(batch_major).run(std::span(&input, 1)).at(0);
    const Value actual = Evaluator(time_major).run(std::span(&other, 1)).at(0);
    CHECK(transposed(expected, actual.type) == actual);
    ++compared;
  }
  CHECK(compared > 5);
}

}  // namespace burin
