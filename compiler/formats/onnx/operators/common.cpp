#include "formats/onnx/operators/common.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace burin::onnx {

TensorId error_function(Builder& b, TensorId x) {
  // x P(x^2) / Q(x^2) on [-4, 4], beyond which a float32 is 1 or -1; the coefficients are the well-known
  // minimax ones for single precision, with an error of some units in the last place.
  const TensorId bounded = b.clamp(x, -4, 4);
  const TensorId square = b.mul(bounded, bounded);
  const TensorId p = b.polynomial(
      square, {-1.60960333262415e-02, -2.95459980854025e-03, -7.34990630326855e-04, -5.69250639462346e-05,
               -2.10102402082508e-06, 2.77068142495902e-08, -2.72614225801306e-10});
  const TensorId q =
      b.polynomial(square, {-1.42647390514189e-02, -7.37332916720468e-03, -1.68282697438203e-03,
                            -2.13374055278905e-04, -1.45660718464996e-05});
  return b.div(b.mul(bounded, p), q);
}

TensorId log_of_one_plus(Builder& b, TensorId x) {
  // What rounding takes from 1 + x changes numerator and denominator alike.
  const TensorId sum = b.add(x, 1.0);
  const TensorId rounded = b.add(sum, -1.0);
  const TensorId none = b.comparison(Op::equal, rounded, b.scalar(0));
  const TensorId ratio = b.div(x, b.select(none, b.scalar(1), rounded));
  return b.select(none, x, b.mul(b.unary(Op::log, sum), ratio));
}

TensorId softplus(Builder& b, TensorId x) {
  const TensorId tail = b.unary(Op::exp, b.unary(Op::neg, b.unary(Op::abs, x)));
  return b.add(b.unary(Op::relu, x), b.unary(Op::log, b.add(tail, 1.0)));
}

TensorId softmax_last(Builder& b, TensorId x) {
  if (b.shape(x)[-1] < 4096) return b.emit(Op::softmax, {x}, b.at(x).type, {{"beta", 1.0f}});
  const std::vector<int32_t> last = {b.rank(x) - 1};
  const TensorId powers = b.unary(Op::exp, b.sub(x, b.reduce(Op::reduce_max, x, last)));
  return b.div(powers, b.reduce(Op::sum, powers, last));
}

SpatialWindow read_window(const Reader& r, const Shape& input, const std::vector<int64_t>& kernel,
                          bool ceiling) {
  const size_t spatial = kernel.size();
  if (spatial < 1 || spatial > 2 || input.rank() != spatial + 2)
    unsupported(fmt::format("it has {} spatial dimensions on an input of rank {}", spatial, input.rank()),
                "one and two spatial dimensions are supported");
  const std::vector<int64_t> ones(spatial, 1);
  const std::vector<int64_t> strides = r.integers("strides", ones);
  const std::vector<int64_t> dilations = r.integers("dilations", ones);
  const std::vector<int64_t> pads = r.integers("pads", std::vector<int64_t>(2 * spatial));
  const std::string automatic = r.text("auto_pad", "NOTSET");
  if (strides.size() != spatial || dilations.size() != spatial || pads.size() != 2 * spatial)
    contradiction("strides, dilations or pads have not as many elements as the kernel");
  SpatialWindow window;
  const auto bounded = [](int64_t value, int64_t low, const char* what) {
    if (value < low || value > 65535)
      unsupported(fmt::format("{} {} is outside of {} to 65535", what, value, low));
    return static_cast<int32_t>(value);
  };
  for (size_t i = 0; i < spatial; ++i) {
    const size_t to = i + 2 - spatial;
    const int64_t length = input[static_cast<int>(i) + 2];
    window.kernel[to] = bounded(kernel[i], 1, "kernel size");
    window.stride[to] = bounded(strides[i], 1, "stride");
    window.dilation[to] = bounded(dilations[i], 1, "dilation");
    const int64_t extent = (kernel[i] - 1) * dilations[i] + 1;
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      const int64_t output = (length + strides[i] - 1) / strides[i];
      const int64_t needed = std::max<int64_t>(0, (output - 1) * strides[i] + extent - length);
      const int64_t smaller = needed / 2;
      const bool upper = automatic == "SAME_UPPER";
      window.before[to] = bounded(upper ? smaller : needed - smaller, 0, "padding");
      window.after[to] = bounded(upper ? needed - smaller : smaller, 0, "padding");
      window.output[to] = static_cast<int32_t>(output);
      continue;
    }
    if (automatic == "NOTSET" || automatic.empty()) {
      window.before[to] = bounded(pads[i], 0, "padding");
      window.after[to] = bounded(pads[i + spatial], 0, "padding");
    } else if (automatic != "VALID") {
      contradiction(fmt::format("auto_pad is \"{}\"", printable(automatic, 40)));
    }
    const int64_t room = length + window.before[to] + window.after[to] - extent;
    if (room < 0)
      unsupported(
          fmt::format("the window of {} is larger than the padded input of {}", extent, room + extent));
    int64_t output = room / strides[i] + 1;
    if (ceiling && room % strides[i] != 0 && output * strides[i] < length + window.before[to]) ++output;
    window.output[to] = static_cast<int32_t>(output);
  }
  return window;
}

TensorId channels_last(Builder& b, TensorId x) {
  if (b.rank(x) == 4) return b.transpose(x, {0, 2, 3, 1});
  const TensorId turned = b.transpose(x, {0, 2, 1});
  const Shape shape = b.shape(turned);
  return b.reshape(turned, {shape[0], 1, shape[1], shape[2]});
}

TensorId channels_first(Builder& b, TensorId x, int32_t rank) {
  if (rank == 4) return b.transpose(x, {0, 3, 1, 2});
  const Shape shape = b.shape(x);
  return b.transpose(b.reshape(x, {shape[0], shape[2], shape[3]}), {0, 2, 1});
}

namespace {

// What of a layer with weights scales and shifts by output channel.
struct WeightedLayer {
  const Node* node = nullptr;
  std::vector<const Node*> after;  // movements from its output to x, the last one first
};

// The layer that makes x, where axis 1 of x is its output channels.
WeightedLayer layer_of(const Builder& b, TensorId x) {
  WeightedLayer result;
  const auto permutation_is = [](const Node& node, const std::vector<int32_t>& wanted) {
    return node.op == Op::transpose && node.attributes.list().at(0).value == AttributeValue(wanted);
  };
  const Node* node = b.producer(x);
  if (node != nullptr && permutation_is(*node, {0, 3, 1, 2})) {
    result.after.push_back(node);
    node = b.producer(node->inputs[0]);
  } else if (node != nullptr && permutation_is(*node, {0, 2, 1})) {
    result.after.push_back(node);
    node = b.producer(node->inputs[0]);
    if (node == nullptr || node->op != Op::reshape) return {};
    const Shape& from = b.shape(node->inputs[0]);
    if (from.rank() != 4 || from[1] != 1) return {};
    result.after.push_back(node);
    node = b.producer(node->inputs[0]);
  } else if (node == nullptr || node->op != Op::fully_connected || b.rank(x) != 2) {
    return {};
  }
  if (node == nullptr || node->activation != Activation::none || !b.is_float(node->outputs[0])) return {};
  const bool convolution = node->op == Op::convolution_2d || node->op == Op::depthwise_convolution_2d ||
                           node->op == Op::transpose_conv;
  if (convolution == result.after.empty() || (!convolution && node->op != Op::fully_connected)) return {};
  if (!b.is_constant(node->inputs[1]) || !b.is_float(node->inputs[1])) return {};
  result.node = node;
  return result;
}

}  // namespace

TensorId scaled_channels(Builder& b, TensorId x, bool only_reader, const std::vector<float>& scale,
                         const std::vector<float>& shift) {
  const auto channels = static_cast<int32_t>(scale.size());
  const WeightedLayer layer = only_reader ? layer_of(b, x) : WeightedLayer{};
  if (layer.node == nullptr) {
    std::vector<int32_t> dims(static_cast<size_t>(b.rank(x)), 1);
    dims[b.rank(x) > 1 ? 1 : 0] = channels;
    const TensorId product = b.mul(x, b.floats(Shape(dims), scale));
    return b.add(product, b.floats(Shape(dims), shift));
  }
  const Node node = *layer.node;
  std::vector<Node> after;
  for (const Node* each : layer.after) after.push_back(*each);
  const bool channels_in_front = node.op != Op::depthwise_convolution_2d;
  std::vector<float> weights = b.floats_of(node.inputs[1]);
  const Shape shape = b.shape(node.inputs[1]);
  const size_t each = weights.size() / scale.size();
  for (size_t i = 0; i < weights.size(); ++i) {
    const size_t channel = channels_in_front ? i / each : i % scale.size();
    weights[i] *= scale[channel];
  }
  std::vector<float> bias = shift;
  if (node.inputs.size() > 2 && node.inputs[2].valid()) {
    const std::vector<float> before = b.floats_of(node.inputs[2]);
    for (size_t c = 0; c < bias.size(); ++c) bias[c] += before[c] * scale[c];
  }
  TensorId y = b.emit(node.op, {node.inputs[0], b.floats(shape, weights), b.floats({channels}, bias)},
                      b.at(node.outputs[0]).type, node.attributes.list());
  for (size_t i = after.size(); i-- > 0;)
    y = b.emit(after[i].op, {y}, b.at(after[i].outputs[0]).type, after[i].attributes.list());
  return y;
}

TensorId biased(Builder& b, TensorId x, bool only_reader, TensorId bias) {
  const Node* found = only_reader ? b.producer(x) : nullptr;
  if (found == nullptr || found->op != Op::fully_connected || found->inputs.size() != 2 || !b.is_float(x) ||
      !b.is_constant(bias) || b.rank(x) == 0 || b.shape(bias).elements() != b.shape(x)[-1] ||
      b.shape(bias)[-1] != b.shape(x)[-1] || b.rank(bias) > b.rank(x))
    return b.binary(Op::add, x, bias);
  const Node node = *found;
  return b.dense(node.inputs[0], node.inputs[1], b.reshape(bias, {b.shape(x)[-1]}));
}

}  // namespace burin::onnx
