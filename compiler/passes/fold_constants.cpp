// Evaluates nodes whose operands are all constant, or whose outputs do not depend on their operands' values,
// and makes their outputs constants.
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

}  // namespace

Graph fold_constants(Graph graph, const PassOptions& options) {
  std::vector<bool> remove(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!is_foldable(graph, graph.nodes[i])) continue;
    std::vector<Value> outputs = evaluate_constant_node(graph, graph.nodes[i], options.rounding);
    for (size_t k = 0; k < outputs.size(); ++k)
      graph.at(graph.nodes[i].outputs[k]).constant = Constant(std::move(outputs[k].bytes));
    remove[i] = true;
  }
  remove_nodes(graph, remove);
  return graph;
}

}  // namespace burin
