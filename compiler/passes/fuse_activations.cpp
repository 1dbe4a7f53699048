// Moves a clamp that follows an operator into that operator's fused activation.
//
// For 8-bit tensors any operator from one tensor to another that works value by value may turn out to be such
// a clamp (RELU, MINIMUM with a constant, a QUANTIZE that changes nothing): its table over all 256 values
// says. An operator computes its result, adds the zero point and clamps; a second clamp on top is one of the
// activations exactly where the two agree on every value.
#include <algorithm>

#include "ir/edit.hpp"
#include "ops/numerics.hpp"
#include "ops/operator.hpp"
#include "passes/lone_node.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

constexpr Activation activations[] = {Activation::none, Activation::relu, Activation::relu6,
                                      Activation::relu_n1_to_1};

// The activation that `producer` has to carry to compute what `clamp` makes of its present result.
std::optional<Activation> fused(const Graph& graph, const Node& producer, const Node& clamp,
                                Rounding rounding) {
  const Tensor& between = graph.at(producer.outputs[0]);
  const Tensor& output = graph.at(clamp.outputs[0]);
  if (between.type != output.type || between.quantization != output.quantization) return std::nullopt;
  if (between.type.dtype == DType::f32) {
    const std::optional<Activation> named = activation_named(name_of(clamp.op));
    return producer.activation == Activation::none ? named : std::nullopt;
  }
  const std::optional<ValueTable> table = value_table(graph, clamp, rounding);
  if (!table || !between.quantization.per_tensor()) return std::nullopt;
  const IntegerRange type = integer_range(between.type.dtype);
  const ClampRange before = activation_range(producer.activation, between);
  for (const Activation activation : activations) {
    const ClampRange after = activation_range(activation, output);
    bool equal = true;
    for (auto value = static_cast<int32_t>(type.lowest); value <= static_cast<int32_t>(type.highest); ++value)
      equal = equal && (*table)(std::clamp(value, before.lowest, before.highest)) ==
                           std::clamp(value, after.lowest, after.highest);
    if (equal) return activation;
  }
  return std::nullopt;
}

}  // namespace

Graph fuse_activations(Graph graph, const PassOptions& options) {
  std::vector<bool> remove(graph.nodes.size());
  std::vector<NodeId> producer_of = producers(graph);
  const std::vector<std::vector<NodeId>> readers = uses(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& clamp = graph.nodes[i];
    if (clamp.outputs.size() != 1) continue;
    for (const TensorId id : clamp.inputs) {
      if (!id.valid() || !producer_of[id.index].valid() || is_graph_output(graph, id)) continue;
      Node& producer = graph.at(producer_of[id.index]);
      if (readers[id.index].size() != 1 || producer.outputs.size() != 1 ||
          !operator_of(producer).facts().activation)
        continue;
      const std::optional<Activation> activation = fused(graph, producer, clamp, options.rounding);
      if (!activation) continue;
      Node fusion = producer;
      fusion.activation = *activation;
      fusion.outputs = clamp.outputs;
      // An operator may carry activations for some types only.
      if (!check_operator({graph, fusion}).empty()) continue;
      producer = std::move(fusion);
      producer_of[clamp.outputs[0].index] = producer_of[id.index];
      graph.nodes[i].outputs.clear();
      remove[i] = true;
      break;
    }
  }
  remove_nodes(graph, remove);
  drop_unused_tensors(graph);
  return graph;
}

}  // namespace burin
