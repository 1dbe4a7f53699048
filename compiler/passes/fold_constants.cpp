// Evaluates nodes whose operands are all constant, or whose outputs do not depend on their operands' values,
// and makes their outputs constants. A variable that no node changes is a constant, too. A node whose result
// takes too long or too much room to work out stays; no real model has one.
#include <algorithm>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

bool is_foldable(const Graph& graph, const Node& node) {
  if (operator_of(node).facts().needs_only_types) return true;
  bool any = false;
  for (const TensorId id : node.inputs) {
    if (!id.valid()) continue;
    if (!graph.at(id).is_constant()) return false;
    any = true;
  }
  return any && !node.outputs.empty();
}

// For all nodes of a graph together: a second or two, and 64 MB.
constexpr int64_t most_steps = int64_t{1} << 28;
constexpr int64_t most_bytes = int64_t{1} << 26;

int64_t output_bytes(const Graph& graph, const Node& node) {
  int64_t bytes = 0;
  for (const TensorId id : node.outputs) bytes += graph.at(id).type.bytes();
  return bytes;
}

void freeze_variables(Graph& graph) {
  std::vector<bool> changes(graph.tensors.size());
  for (const Node& node : graph.nodes)
    if (operator_of(node).facts().changes_state)
      for (const TensorId id : node.inputs)
        if (id.valid()) changes[id.index] = true;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    Tensor& tensor = graph.tensors[i];
    if (!tensor.variable || changes[i] || is_graph_output(graph, TensorId(i))) continue;
    if (!tensor.constant && tensor.type.bytes() > most_bytes) continue;
    tensor.constant = Constant(initial_value(tensor).bytes);
    tensor.variable = false;
  }
}

}  // namespace

Graph fold_constants(Graph graph, const PassOptions& options) {
  freeze_variables(graph);
  int64_t steps = most_steps;
  int64_t bytes = most_bytes;
  std::vector<bool> remove(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!is_foldable(graph, node)) continue;
    const int64_t own_steps = evaluation_steps({graph, node});
    const int64_t own_bytes = output_bytes(graph, node);
    if (own_steps > steps || own_bytes > bytes) continue;
    steps -= own_steps;
    bytes -= own_bytes;
    std::vector<Value> outputs = evaluate_constant_node(graph, node, options.rounding);
    for (size_t k = 0; k < outputs.size(); ++k)
      graph.at(node.outputs[k]).constant = Constant(std::move(outputs[k].bytes));
    remove[i] = true;
  }
  remove_nodes(graph, remove);
  return graph;
}

}  // namespace burin
