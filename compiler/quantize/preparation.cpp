#include "quantize/preparation.hpp"

#include <algorithm>

#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "passes/passes.hpp"
#include "quantize/operator_rules.hpp"

namespace burin {
namespace {

// The constant operand of an ADD, SUB or MUL behind a layer, with one element for each output channel.
std::optional<std::vector<float>> channel_constant(const NodeView& view, TensorId layer_output,
                                                   int64_t channels) {
  if (view.node.inputs.size() != 2) return std::nullopt;
  const bool first = view.node.inputs[0] == layer_output;
  if (view.node.op == Op::sub && !first) return std::nullopt;
  const Tensor& constant = view.input(first ? 1 : 0);
  if (!constant.is_constant() || constant.type.dtype != DType::f32) return std::nullopt;
  if (view.output().type.shape != view.graph.at(layer_output).type.shape) return std::nullopt;
  const auto values = constant.constant->as<float>();
  const Shape& shape = constant.type.shape;
  if (values.size() == 1) return std::vector<float>(static_cast<size_t>(channels), values[0]);
  if (static_cast<int64_t>(values.size()) != channels || shape[-1] != channels) return std::nullopt;
  return std::vector<float>(values.begin(), values.end());
}

// Multiplies the weights and the bias of every output channel.
void scale_outputs(Graph& graph, const Node& layer, const std::vector<float>& factors) {
  const int32_t axis = *weights_axis(layer.op);
  Tensor& weights = graph.at(layer.inputs[1]);
  const auto old = weights.constant->as<float>();
  std::vector<float> values(old.begin(), old.end());
  const auto inner = static_cast<size_t>(
      weights.type.shape.elements(static_cast<size_t>(axis) + 1, weights.type.shape.rank()));
  for (size_t i = 0; i < values.size(); ++i) values[i] *= factors[i / inner % factors.size()];
  weights.constant = Constant::of(values);
  const auto old_bias = graph.at(layer.inputs[2]).constant->as<float>();
  std::vector<float> bias(old_bias.begin(), old_bias.end());
  for (size_t i = 0; i < bias.size(); ++i) bias[i] *= factors[i];
  graph.at(layer.inputs[2]).constant = Constant::of(bias);
}

bool is_float_layer(const NodeView& view) {
  return weights_axis(view.node.op).has_value() && view.input(0).type.dtype == DType::f32 &&
         view.node.inputs.size() >= 2 && view.input(1).is_constant() &&
         view.input(1).type.dtype == DType::f32 && (!view.has_input(2) || view.input(2).is_constant());
}

// Weights and a bias that no other node reads.
void give_own_constants(Graph& graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!is_float_layer({graph, graph.nodes[i]})) continue;
    const Tensor weights = graph.at(graph.nodes[i].inputs[1]);
    const int32_t channels = weights.type.shape[*weights_axis(graph.nodes[i].op)];
    Tensor bias;
    if (NodeView{graph, graph.nodes[i]}.has_input(2)) {
      bias = graph.at(graph.nodes[i].inputs[2]);
    } else {
      bias.name = weights.name + "_bias";
      bias.type = {DType::f32, Shape{channels}};
      bias.constant = Constant::of(std::vector<float>(static_cast<size_t>(channels), 0));
    }
    const TensorId own_weights = add_tensor(graph, weights);
    const TensorId own_bias = add_tensor(graph, bias);
    graph.nodes[i].inputs.resize(std::max<size_t>(graph.nodes[i].inputs.size(), 3));
    graph.nodes[i].inputs[1] = own_weights;
    graph.nodes[i].inputs[2] = own_bias;
  }
}

void fold_channel_constants(Graph& graph) {
  std::vector<bool> remove(graph.nodes.size());
  std::vector<NodeId> producer_of = producers(graph);
  const std::vector<std::vector<NodeId>> readers = uses(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node node = graph.nodes[i];
    if (node.op != Op::mul && node.op != Op::add && node.op != Op::sub) continue;
    for (const TensorId id : node.inputs) {
      if (!id.valid() || !producer_of[id.index].valid() || is_graph_output(graph, id)) continue;
      Node& layer = graph.at(producer_of[id.index]);
      if (readers[id.index].size() != 1 || !is_float_layer({graph, layer}) ||
          layer.activation != Activation::none ||
          (node.activation != Activation::none && !operator_of(layer).facts().activation))
        continue;
      const int32_t channels = graph.at(layer.inputs[1]).type.shape[*weights_axis(layer.op)];
      const auto constant = channel_constant({graph, node}, id, channels);
      if (!constant) continue;
      if (node.op == Op::mul) {
        scale_outputs(graph, layer, *constant);
      } else {
        const auto old = graph.at(layer.inputs[2]).constant->as<float>();
        std::vector<float> bias(old.begin(), old.end());
        for (size_t c = 0; c < bias.size(); ++c)
          bias[c] += node.op == Op::add ? (*constant)[c] : -(*constant)[c];
        graph.at(layer.inputs[2]).constant = Constant::of(bias);
      }
      layer.activation = node.activation;
      layer.outputs = node.outputs;
      producer_of[node.outputs[0].index] = producer_of[id.index];
      graph.nodes[i].outputs.clear();
      remove[i] = true;
      break;
    }
  }
  remove_nodes(graph, remove);
  drop_unused_tensors(graph);
}

}  // namespace

Graph prepare_for_quantization(Graph graph) {
  const PassOptions options;
  graph = fold_constants(std::move(graph), options);
  graph = eliminate_dead_code(std::move(graph), options);
  give_own_constants(graph);
  drop_unused_tensors(graph);
  fold_channel_constants(graph);
  graph = fuse_activations(std::move(graph), options);
  return graph;
}

std::vector<TensorId> judged_tensors(const Graph& graph) {
  const std::vector<NodeId> producer_of = producers(graph);
  std::vector<TensorId> judged;
  for (TensorId id : graph.outputs) {
    if (graph.at(id).is_constant()) continue;
    TensorId squashed = id;
    // Through what only changes the shape, as long as something that squashes follows.
    for (TensorId at = id; producer_of[at.index].valid();) {
      const Node& node = graph.at(producer_of[at.index]);
      const bool squashes = node.op == Op::softmax || node.op == Op::log_softmax || node.op == Op::logistic ||
                            node.op == Op::arg_max || node.op == Op::arg_min;
      if (!squashes && node.op != Op::reshape && node.op != Op::squeeze && node.op != Op::expand_dims) break;
      at = node.inputs[0];
      if (squashes) squashed = at;
    }
    if (graph.at(squashed).type.dtype == DType::f32 && !graph.at(squashed).is_constant() &&
        std::ranges::find(judged, squashed) == judged.end())
      judged.push_back(squashed);
  }
  return judged;
}

}  // namespace burin
