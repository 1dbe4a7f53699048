#include "quantize/equalization.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "ops/reduction/attributes.hpp"
#include "quantize/operator_rules.hpp"
#include "support/disjoint_sets.hpp"

namespace burin {
namespace {

bool is_layer(const NodeView& view) {
  return (view.node.op == Op::convolution_2d || view.node.op == Op::depthwise_convolution_2d ||
          view.node.op == Op::fully_connected) &&
         view.input(1).is_constant() && view.input(1).type.dtype == DType::f32 && view.has_input(2) &&
         view.input(2).is_constant() && view.input(2).type.dtype == DType::f32;
}

// Channels that a layer's weights tell apart in its input, and in its output.
int64_t input_channels(const NodeView& view) {
  const Shape& weights = view.input(1).type.shape;
  return view.node.op == Op::fully_connected ? weights[1] : view.input(0).type.shape[3];
}
int64_t output_channels(const NodeView& view) {
  return view.input(1).type.shape[*weights_axis(view.node.op)];
}

// True where the node gives every channel of its input alone to that channel of its output, and scales with
// it.
bool keeps_channels(const NodeView& view) {
  const Shape& input = view.input(0).type.shape;
  switch (view.node.op) {
    case Op::reshape:
    case Op::squeeze:
    case Op::expand_dims:
    case Op::relu:
    case Op::leaky_relu:
      return true;
    case Op::average_pool_2d:
    case Op::max_pool_2d:
    case Op::resize_bilinear:
    case Op::resize_nearest_neighbor:
    case Op::pad:
      return input.rank() == 4 && view.output().type.shape.rank() == 4 &&
             view.output().type.shape[3] == input[3];
    case Op::mean: {
      const auto rank = static_cast<int32_t>(input.rank());
      const auto& axes = view.attributes<MeanAttributes>().axes;
      return std::ranges::none_of(axes, [&](int32_t axis) { return axis == rank - 1 || axis == -1; });
    }
    default:
      return false;
  }
}

}  // namespace

std::vector<ChannelGroup> channel_groups(const Graph& graph) {
  const size_t count = graph.tensors.size();
  DisjointSets sets(count);
  std::vector<int64_t> channels(count, 0);  // that someone tells apart
  std::vector<bool> fixed(count, false);
  std::vector<bool> bounded(count, false);
  const auto tells_apart = [&](TensorId id, int64_t number) {
    if (channels[id.index] == 0)
      channels[id.index] = number;
    else if (channels[id.index] != number) {
      // A fully connected layer over pixels sees their channels again and again.
      const int64_t smaller = std::min(number, channels[id.index]);
      if (std::max(number, channels[id.index]) % smaller != 0) fixed[id.index] = true;
      channels[id.index] = smaller;
    }
  };
  for (const TensorId id : graph.inputs) fixed[id.index] = true;
  for (const TensorId id : graph.outputs) fixed[id.index] = true;
  for (const Node& node : graph.nodes) {
    const NodeView view{graph, node};
    const auto fix_all = [&] {
      for (const auto& list : {node.inputs, node.outputs})
        for (const TensorId id : list)
          if (id.valid()) fixed[id.index] = true;
    };
    if (is_layer(view)) {
      tells_apart(node.inputs[0], input_channels(view));
      tells_apart(node.outputs[0], output_channels(view));
    } else if ((node.op == Op::add || node.op == Op::sub) && !view.input(0).is_constant() &&
               !view.input(1).is_constant() && view.input(0).type == view.input(1).type) {
      sets.merge(node.outputs[0].index, node.inputs[0].index);
      sets.merge(node.outputs[0].index, node.inputs[1].index);
    } else if (!node.inputs.empty() && node.inputs[0].valid() && keeps_channels(view)) {
      sets.merge(node.outputs[0].index, node.inputs[0].index);
    } else {
      fix_all();
    }
    if (node.activation == Activation::relu6)
      bounded[node.outputs[0].index] = true;
    else if (node.activation == Activation::relu_n1_to_1)
      fix_all();
  }
  std::map<size_t, ChannelGroup> by_set;
  std::map<size_t, bool> bad;
  for (size_t i = 0; i < count; ++i) {
    if (graph.tensors[i].is_constant()) continue;
    const size_t set = sets.find(i);
    ChannelGroup& group = by_set[set];
    group.tensors.push_back(TensorId(i));
    bad[set] = bad[set] || fixed[i] || graph.tensors[i].type.dtype != DType::f32 || graph.tensors[i].variable;
    group.bounded = group.bounded || bounded[i];
    if (channels[i] == 0) continue;
    if (group.channels == 0) group.channels = channels[i];
    const int64_t smaller = std::min(group.channels, channels[i]);
    if (std::max(group.channels, channels[i]) % smaller != 0) bad[set] = true;
    group.channels = smaller;
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodeView view{graph, graph.nodes[i]};
    if (!is_layer(view)) continue;
    ChannelGroup& made = by_set[sets.find(view.node.outputs[0].index)];
    made.producers.push_back(i);
    if (output_channels(view) != made.channels) bad[sets.find(view.node.outputs[0].index)] = true;
    by_set[sets.find(view.node.inputs[0].index)].readers.push_back(i);
  }
  std::vector<ChannelGroup> groups;
  for (auto& [set, group] : by_set)
    if (!bad[set] && group.channels > 1 && !group.producers.empty() && !group.readers.empty())
      groups.push_back(std::move(group));
  return groups;
}

std::string_view name_of(Equalization equalization) {
  switch (equalization) {
    case Equalization::none:
      return "none";
    case Equalization::square_root:
      return "square root";
    case Equalization::three_quarters:
      return "three quarters";
    case Equalization::full:
      return "full";
    case Equalization::smooth_half:
      return "half with weights";
    case Equalization::smooth_three_quarters:
      return "three quarters with weights";
  }
  return "";
}

namespace {

// The channel of the group that an element of the layer's weights reads.
size_t channel_read(const NodeView& view, size_t element, size_t channels) {
  const Shape& weights = view.input(1).type.shape;
  if (view.node.op == Op::depthwise_convolution_2d) {
    const auto outputs = static_cast<size_t>(weights[3]);
    const size_t multiplicity = outputs / static_cast<size_t>(view.input(0).type.shape[3]);
    return element % outputs / multiplicity % channels;
  }
  if (view.node.op == Op::convolution_2d) {
    const auto depth = static_cast<size_t>(weights[3]);
    const size_t groups = static_cast<size_t>(view.input(0).type.shape[3]) / depth;
    const size_t output = element / static_cast<size_t>(weights.elements(1, 4));
    const size_t group = output / (static_cast<size_t>(weights[0]) / groups);
    return (group * depth + element % depth) % channels;
  }
  return element % static_cast<size_t>(weights[1]) % channels;
}

}  // namespace

std::vector<float> equalizing_factors(const Graph& graph, const ChannelGroup& group,
                                      Equalization equalization,
                                      const std::vector<std::vector<float>>& ranges) {
  const auto channels = static_cast<size_t>(group.channels);
  std::vector<float> factors(channels, 1.0f);
  if (equalization == Equalization::none) return factors;
  // The share of the common range that a channel takes, in the tensor where it takes most.
  std::vector<double> share(channels, 0);
  for (const TensorId id : group.tensors) {
    const std::vector<float>& tensor = ranges[id.index];
    double most = *std::ranges::max_element(tensor);
    if (group.bounded) most = std::max(most, 6.0);
    if (most <= 0) continue;
    for (size_t c = 0; c < tensor.size(); ++c)
      share[c % channels] = std::max(share[c % channels], static_cast<double>(tensor[c]) / most);
  }
  const bool smooth =
      equalization == Equalization::smooth_half || equalization == Equalization::smooth_three_quarters;
  std::vector<double> weights(channels, 0);
  if (smooth)
    for (const size_t reader : group.readers) {
      const NodeView view{graph, graph.nodes[reader]};
      // Weights of a depthwise layer have a scale each and lose nothing.
      if (view.node.op == Op::depthwise_convolution_2d) continue;
      const auto values = view.input(1).constant->as<float>();
      for (size_t i = 0; i < values.size(); ++i) {
        double& most = weights[channel_read(view, i, channels)];
        most = std::max(most, std::abs(static_cast<double>(values[i])));
      }
    }
  const double largest_weight = *std::ranges::max_element(weights);
  for (size_t c = 0; c < channels; ++c) {
    if (share[c] < 1e-6) continue;  // a channel that is dead, or as good as
    double exponent = 1;
    if (equalization == Equalization::square_root || equalization == Equalization::smooth_half)
      exponent = 0.5;
    if (equalization == Equalization::three_quarters || equalization == Equalization::smooth_three_quarters)
      exponent = 0.75;
    double factor = std::pow(1 / share[c], exponent);
    if (smooth && largest_weight > 0 && weights[c] > 0)
      factor *= std::pow(weights[c] / largest_weight, 1 - exponent);
    factors[c] = static_cast<float>(std::clamp(factor, 1.0 / 16384, 16384.0));
    // A clamp at 6 must not cut what it did not cut.
    if (group.bounded) factors[c] = std::clamp(factors[c], 1.0f, static_cast<float>(1 / share[c]));
  }
  return factors;
}

void scale_channels(Graph& graph, const ChannelGroup& group, const std::vector<float>& factors) {
  for (const size_t producer : group.producers) {
    const NodeView view{graph, graph.nodes[producer]};
    const auto inner = static_cast<size_t>(view.input(1).type.shape.elements(
        static_cast<size_t>(*weights_axis(view.node.op)) + 1, view.input(1).type.shape.rank()));
    const auto old = view.input(1).constant->as<float>();
    std::vector<float> values(old.begin(), old.end());
    for (size_t i = 0; i < values.size(); ++i) values[i] *= factors[i / inner % factors.size()];
    const auto old_bias = view.input(2).constant->as<float>();
    std::vector<float> bias(old_bias.begin(), old_bias.end());
    for (size_t c = 0; c < bias.size(); ++c) bias[c] *= factors[c % factors.size()];
    graph.at(view.node.inputs[1]).constant = Constant::of(values);
    graph.at(view.node.inputs[2]).constant = Constant::of(bias);
  }
  for (const size_t reader : group.readers) {
    const NodeView view{graph, graph.nodes[reader]};
    const auto old = view.input(1).constant->as<float>();
    std::vector<float> values(old.begin(), old.end());
    for (size_t i = 0; i < values.size(); ++i) values[i] /= factors[channel_read(view, i, factors.size())];
    graph.at(view.node.inputs[1]).constant = Constant::of(values);
  }
}

}  // namespace burin
