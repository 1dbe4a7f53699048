#include "samplers/sampling.hpp"

#include <algorithm>
#include <cmath>

#include "ops/operator.hpp"

namespace burin {

Quantization sample_quantization(Random& random, DType dtype) {
  if (dtype == DType::f32 || dtype == DType::s64 || dtype == DType::boolean) return {};
  const IntegerRange range = integer_range(dtype);
  const auto scale = static_cast<float>(std::exp(random.real(std::log(0.002), std::log(0.5))));
  if (dtype == DType::s16 || dtype == DType::s32) return {{scale}, {0}, 0};
  const int32_t choice = random.integer(0, 3);
  const auto lowest = static_cast<int32_t>(range.lowest);
  const auto highest = static_cast<int32_t>(range.highest);
  const int32_t zero_point = choice == 0 ? lowest : choice == 1 ? highest : random.integer(lowest, highest);
  return {{scale}, {zero_point}, 0};
}

TensorId sample_tensor(Graph& graph, Random& random, const char* name, DType dtype, Shape shape) {
  return add_tensor(graph, {.name = name,
                            .type = {dtype, std::move(shape)},
                            .quantization = sample_quantization(random, dtype),
                            .constant = {},
                            .variable = false});
}

Constant sample_constant(Random& random, const TensorType& type) {
  if (type.dtype == DType::f32) {
    std::vector<float> values(static_cast<size_t>(type.shape.elements()));
    for (float& value : values) value = static_cast<float>(random.real(-2, 2));
    return Constant::of(values);
  }
  std::vector<std::byte> bytes(static_cast<size_t>(type.bytes()));
  const uint64_t mask = type.dtype == DType::boolean ? 1 : 0xFF;
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.next() & mask);
  return Constant(std::move(bytes));
}

TensorId sample_weights(Graph& graph, Random& random, Shape shape, int32_t axis) {
  const size_t scales = axis < 0 ? 1 : static_cast<size_t>(shape[axis]);
  Tensor tensor{.name = "weights", .type = {DType::s8, std::move(shape)}, .quantization = {}, .constant = {}};
  const double base = std::exp(random.real(std::log(0.001), std::log(0.1)));
  for (size_t i = 0; i < scales; ++i) {
    tensor.quantization.scales.push_back(static_cast<float>(base * random.real(0.2, 2)));
    tensor.quantization.zero_points.push_back(0);
  }
  // A dead channel.
  if (scales > 1 && random.chance(0.1))
    tensor.quantization.scales[static_cast<size_t>(random.integer(1, static_cast<int32_t>(scales) - 1))] = 0;
  tensor.quantization.axis = std::max(axis, 0);
  std::vector<int8_t> values(static_cast<size_t>(tensor.type.shape.elements()));
  const bool sparse = random.chance(0.1);
  for (int8_t& value : values)
    value = sparse && random.chance(0.8) ? int8_t{0} : static_cast<int8_t>(random.integer(-127, 127));
  tensor.constant = Constant::of(values);
  return add_tensor(graph, std::move(tensor));
}

TensorId sample_bias(Graph& graph, Random& random, TensorId input, TensorId weights, int32_t channels) {
  Tensor tensor{.name = "bias", .type = {DType::s32, {channels}}, .quantization = {}, .constant = {}};
  const Quantization& w = graph.at(weights).quantization;
  for (const float scale : w.scales) {
    tensor.quantization.scales.push_back(scale * graph.at(input).quantization.scale());
    tensor.quantization.zero_points.push_back(0);
  }
  std::vector<int32_t> values(static_cast<size_t>(channels));
  for (int32_t& value : values) value = random.integer(-20000, 20000);
  tensor.constant = Constant::of(values);
  return add_tensor(graph, std::move(tensor));
}

void fit_output_scale(Graph& graph, Random& random, TensorId input, TensorId weights, TensorId output,
                      int64_t terms) {
  // Products of two uniform int8 have a deviation of about 74 * 73; the accumulator spans about four of them.
  const double spread = 4 * 74.0 * 73.0 * std::sqrt(static_cast<double>(terms));
  const double accumulator = static_cast<double>(graph.at(input).quantization.scale()) *
                             static_cast<double>(graph.at(weights).quantization.scale(0));
  graph.at(output).quantization.scales = {
      static_cast<float>(accumulator * spread / 256 * random.real(0.3, 3))};
}

void widen_bias(Tensor& bias) {
  std::vector<int64_t> values;
  for (const int32_t value : bias.constant->as<int32_t>()) values.push_back(int64_t{value} * 300);
  bias.type.dtype = DType::s64;
  bias.constant = Constant::of(values);
}

void vary_weighted_types(Graph& graph, Random& random) {
  enum class Kind { s8, f32, hybrid, u8, asymmetric, s16 };
  const double choice = random.real(0, 1);
  const Kind kind = choice < 0.55   ? Kind::s8
                    : choice < 0.65 ? Kind::f32
                    : choice < 0.75 ? Kind::hybrid
                    : choice < 0.84 ? Kind::u8
                    : choice < 0.92 ? Kind::asymmetric
                                    : Kind::s16;
  if (kind == Kind::s8) return;
  const Node& node = graph.nodes[0];
  Tensor& weights = graph.at(node.inputs[1]);
  Tensor* const bias = node.inputs[2].valid() ? &graph.at(node.inputs[2]) : nullptr;
  std::vector<Tensor*> activations = {&graph.at(node.inputs[0]), &graph.at(node.outputs[0])};
  const auto values = weights.constant->as<int8_t>();
  if (kind == Kind::f32 || kind == Kind::hybrid) {
    for (Tensor* tensor : activations) {
      tensor->type.dtype = DType::f32;
      tensor->quantization = {};
    }
    if (bias) {
      bias->type.dtype = DType::f32;
      bias->quantization = {};
      bias->constant = sample_constant(random, bias->type);
    }
    if (kind == Kind::hybrid) return;
    std::vector<float> reals;
    for (const int8_t value : values) reals.push_back(static_cast<float>(value) / 64);
    weights.type.dtype = DType::f32;
    weights.quantization = {};
    weights.constant = Constant::of(reals);
    return;
  }
  if (kind == Kind::s16) {
    for (Tensor* tensor : activations) {
      tensor->type.dtype = DType::s16;
      tensor->quantization.zero_points = {0};
    }
    if (bias && (node.op == Op::depthwise_convolution_2d || random.chance(0.7))) widen_bias(*bias);
    return;
  }
  // Weights with a zero point are quantized per tensor.
  weights.quantization = {{weights.quantization.scales[0]}, {random.integer(-60, 60)}, 0};
  if (bias) bias->quantization = {{bias->quantization.scales[0]}, {0}, 0};
  if (kind == Kind::asymmetric) return;
  activations.push_back(&weights);
  for (Tensor* tensor : activations) {
    tensor->type.dtype = DType::u8;
    tensor->quantization.zero_points[0] += 128;
  }
  std::vector<uint8_t> shifted;
  for (const int8_t value : values) shifted.push_back(static_cast<uint8_t>(value + 128));
  weights.constant = Constant::of(shifted);
}

Activation sample_activation(Random& random) {
  return static_cast<Activation>(random.integer(0, 3));
}

void infer_output(Graph& graph) {
  const Node& node = graph.nodes[0];
  graph.at(node.outputs[0]).type = operator_of(node).infer({graph, node}).at(0);
}

void add_sample_node(Graph& graph, Op op, std::vector<TensorId> inputs, TensorId output,
                     Attributes attributes) {
  graph.nodes.push_back({.op = op,
                         .inputs = std::move(inputs),
                         .outputs = {output},
                         .attributes = std::move(attributes),
                         .activation = Activation::none,
                         .name = "sample",
                         .source_index = 0});
  infer_output(graph);
  graph.outputs = {output};
}

}  // namespace burin
