#include "support/networks.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/window.hpp"

namespace burin::test {
namespace {

WindowAttributes same_padding(int32_t window) {
  WindowAttributes attributes;
  attributes.pad_top = attributes.pad_left = (window - 1) / 2;
  attributes.pad_bottom = attributes.pad_right = window / 2;
  return attributes;
}

}  // namespace

TensorId NetworkBuilder::tensor(const std::string& name, Shape shape) {
  Tensor tensor;
  tensor.name = name;
  tensor.type = {DType::f32, std::move(shape)};
  return add_tensor(graph_, std::move(tensor));
}

TensorId NetworkBuilder::input(const std::string& name, Shape shape) {
  graph_.inputs.push_back(tensor(name, std::move(shape)));
  return graph_.inputs.back();
}

TensorId NetworkBuilder::constant(const std::string& name, Shape shape, std::vector<float> values) {
  const TensorId id = tensor(name, std::move(shape));
  graph_.at(id).constant = Constant::of(values);
  return id;
}

TensorId NetworkBuilder::weights(const std::string& name, Shape shape, int64_t fan_in) {
  std::vector<float> values(static_cast<size_t>(shape.elements()));
  const double most = std::sqrt(6.0 / static_cast<double>(fan_in));
  for (float& x : values) x = static_cast<float>(random_.real(-most, most));
  return constant(name, std::move(shape), std::move(values));
}

TensorId NetworkBuilder::node(Op op, const std::string& name, std::vector<TensorId> inputs, Shape shape,
                              Attributes attributes, Activation activation) {
  Node node;
  node.op = op;
  node.inputs = std::move(inputs);
  node.outputs = {tensor(name, std::move(shape))};
  node.attributes = std::move(attributes);
  node.activation = activation;
  node.name = name;
  node.source_index = static_cast<int32_t>(graph_.nodes.size());
  graph_.nodes.push_back(std::move(node));
  return graph_.nodes.back().outputs[0];
}

TensorId NetworkBuilder::convolution(const std::string& name, TensorId from, int32_t channels, int32_t window,
                                     Activation activation) {
  const Shape shape = graph_.at(from).type.shape;
  const TensorId kernel =
      weights(name + "/weights", {channels, window, window, shape[3]}, int64_t{window} * window * shape[3]);
  const TensorId bias = weights(name + "/bias", {channels}, 100);
  return node(Op::convolution_2d, name, {from, kernel, bias}, {shape[0], shape[1], shape[2], channels},
              Attributes::of(same_padding(window)), activation);
}

TensorId NetworkBuilder::depthwise(const std::string& name, TensorId from, int32_t multiplier, int32_t window,
                                   Activation activation) {
  const Shape shape = graph_.at(from).type.shape;
  const int32_t channels = shape[3] * multiplier;
  const TensorId kernel = weights(name + "/weights", {1, window, window, channels}, int64_t{window} * window);
  const TensorId bias = weights(name + "/bias", {channels}, 100);
  return node(Op::depthwise_convolution_2d, name, {from, kernel, bias},
              {shape[0], shape[1], shape[2], channels}, Attributes::of(same_padding(window)), activation);
}

TensorId NetworkBuilder::dense(const std::string& name, TensorId from, int32_t outputs,
                               Activation activation) {
  const Shape shape = graph_.at(from).type.shape;
  const TensorId matrix = weights(name + "/weights", {outputs, shape[-1]}, shape[-1]);
  const TensorId bias = weights(name + "/bias", {outputs}, 100);
  std::string error;
  return node(Op::fully_connected, name, {from, matrix, bias}, {shape[0], outputs},
              operator_of(Op::fully_connected).parse_attributes({}, error), activation);
}

TensorId NetworkBuilder::add(const std::string& name, TensorId a, TensorId b) {
  return node(Op::add, name, {a, b}, graph_.at(a).type.shape, Attributes::of(NoAttributes{}));
}

TensorId NetworkBuilder::concatenate(const std::string& name, const std::vector<TensorId>& parts,
                                     int32_t axis) {
  std::vector<int32_t> dims = graph_.at(parts[0]).type.shape.dims();
  dims[static_cast<size_t>(axis)] = 0;
  for (const TensorId part : parts) dims[static_cast<size_t>(axis)] += graph_.at(part).type.shape[axis];
  return node(Op::concatenation, name, parts, Shape(dims), Attributes::of(AxisAttributes{.axis = axis}));
}

TensorId NetworkBuilder::reshape(const std::string& name, TensorId from, Shape shape) {
  return node(Op::reshape, name, {from}, std::move(shape), Attributes::of(NoAttributes{}));
}

TensorId NetworkBuilder::average(const std::string& name, TensorId from) {
  const Shape shape = graph_.at(from).type.shape;
  PoolAttributes pool;
  pool.window_height = shape[1];
  pool.window_width = shape[2];
  return node(Op::average_pool_2d, name, {from}, {shape[0], 1, 1, shape[3]}, Attributes::of(pool));
}

TensorId NetworkBuilder::softmax(const std::string& name, TensorId from) {
  return node(Op::softmax, name, {from}, graph_.at(from).type.shape, Attributes::of(SoftmaxAttributes{}));
}

Graph NetworkBuilder::finish(const std::vector<TensorId>& outputs) {
  graph_.outputs = outputs;
  REQUIRE(broken_rules(graph_).empty());
  REQUIRE(check_operators(graph_).empty());
  return graph_;
}

SampleValues smooth_samples(const Graph& graph, Random& random, size_t count) {
  SampleValues samples;
  for (const TensorId id : graph.inputs) {
    const TensorType& type = graph.at(id).type;
    REQUIRE(type.dtype == DType::f32);
    samples.types.push_back(type);
    std::vector<float> values(count * static_cast<size_t>(type.shape.elements()));
    double level = 0;
    for (float& x : values) {
      level = 0.7 * level + random.real(-0.5, 0.5);
      x = static_cast<float>(level);
    }
    const auto bytes = std::as_bytes(std::span(values));
    samples.values.emplace_back(bytes.begin(), bytes.end());
  }
  return samples;
}

std::vector<float> evaluated_outputs(const Graph& graph, const SampleValues& samples, size_t sample) {
  std::vector<Value> inputs;
  for (size_t i = 0; i < samples.types.size(); ++i)
    inputs.push_back(Value::of(samples.types[i], samples.value(i, sample)));
  std::vector<float> result;
  for (const Value& value : Evaluator(graph).run(inputs))
    result.insert(result.end(), value.as<float>().begin(), value.as<float>().end());
  return result;
}

}  // namespace burin::test
