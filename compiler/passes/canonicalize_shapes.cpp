// One way to say each thing about shapes: EXPAND_DIMS and SQUEEZE become RESHAPE, chains of reshapes become
// one, and reshapes go that change nothing or that stand in front of FULLY_CONNECTED, which takes its input's
// elements as rows whatever their dimensions.
#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "ops/weighted/attributes.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

bool is_reshape(const Node& node) {
  return node.op == Op::reshape;
}

void rename_to_reshape(Graph& graph) {
  for (Node& node : graph.nodes) {
    if (is_reshape(node) || !operator_of(node).traits().reshapes) continue;
    node.op = Op::reshape;
    node.attributes = Attributes::of(NoAttributes{});
  }
}

// What a chain of reshapes that ends in `id` starts from. The bytes stay the same all along, and only the
// types at the two ends matter. A variable may be written in the meantime, so that it is read where it was.
TensorId start_of_chain(const Graph& graph, const std::vector<NodeId>& producer, TensorId id) {
  while (producer[id.index].valid() && is_reshape(graph.at(producer[id.index]))) {
    const TensorId source = graph.at(producer[id.index]).inputs[0];
    if (graph.at(source).variable) break;
    id = source;
  }
  return id;
}

bool is_same(const Tensor& a, const Tensor& b) {
  return a.type == b.type && a.quantization == b.quantization;
}

// Makes the reshape's output the source's name, or the other way round; false where both are taken.
bool drop_identity(Graph& graph, const std::vector<NodeId>& producer, TensorId source, TensorId output) {
  if (graph.at(source).variable) return false;
  if (!is_graph_output(graph, output)) {
    replace_uses(graph, output, source);
    return true;
  }
  // The interface names `output`, so that it stays and the source's producer writes it.
  if (!producer[source.index].valid() || is_graph_output(graph, source)) return false;
  for (TensorId& id : graph.at(producer[source.index]).outputs)
    if (id == source) id = output;
  replace_uses(graph, source, output);
  return true;
}

}  // namespace

Graph canonicalize_shapes(Graph graph, const PassOptions&) {
  rename_to_reshape(graph);
  std::vector<bool> remove(graph.nodes.size());
  std::vector<NodeId> producer = producers(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    if (is_reshape(node)) {
      if (graph.at(node.inputs[0]).variable) continue;
      const TensorId source = start_of_chain(graph, producer, node.inputs[0]);
      const TensorId output = node.outputs[0];
      node.inputs[0] = source;
      if (!is_same(graph.at(source), graph.at(output))) continue;
      if (drop_identity(graph, producer, source, output)) {
        node.outputs.clear();
        remove[i] = true;
        producer = producers(graph);
      }
    } else if (node.op == Op::fully_connected && !node.attributes.as<FullyConnectedAttributes>().keep_rank) {
      const TensorId source = start_of_chain(graph, producer, node.inputs[0]);
      if (graph.at(source).type.dtype == graph.at(node.inputs[0]).type.dtype &&
          graph.at(source).quantization == graph.at(node.inputs[0]).quantization)
        node.inputs[0] = source;
    }
  }
  remove_nodes(graph, remove);
  return graph;
}

}  // namespace burin
