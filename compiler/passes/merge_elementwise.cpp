// Drops 8-bit operators that work value by value where another does their work as well: a QUANTIZE or clamp
// that changes nothing, and one of two in a row where the other alone, between the same ends, maps all 256
// values alike. Two requantizations in a row round twice, and stay two where that shows.
#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "passes/lone_node.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

bool is_identity(const Graph& graph, const Node& node, const ValueTable& table) {
  const Tensor& input = graph.at(node.inputs[table.operand]);
  const Tensor& output = graph.at(node.outputs[0]);
  if (input.type != output.type || input.quantization != output.quantization || input.variable) return false;
  for (size_t i = 0; i < table.outputs.size(); ++i)
    if (table.outputs[i] != table.lowest + static_cast<int32_t>(i)) return false;
  return true;
}

// True if `merged` maps the first node's input as both nodes do one after the other.
bool is_both(const Graph& graph, const Node& merged, const ValueTable& first, const ValueTable& second,
             Rounding rounding) {
  if (!check_operator({graph, merged}).empty()) return false;
  const std::optional<ValueTable> table = value_table(graph, merged, rounding);
  if (!table) return false;
  for (size_t i = 0; i < table->outputs.size(); ++i)
    if (table->outputs[i] != second(first.outputs[i])) return false;
  return true;
}

}  // namespace

Graph merge_elementwise(Graph graph, const PassOptions& options) {
  std::vector<bool> remove(graph.nodes.size());
  // Both are kept up to date, and what an identity is replaced by is looked up where it is read: to go over
  // the graph after each change would take the square of its nodes.
  std::vector<NodeId> producer_of = producers(graph);
  std::vector<size_t> readings(graph.tensors.size());
  std::vector<TensorId> in_place_of(graph.tensors.size());
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.inputs)
      if (id.valid()) ++readings[id.index];
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    for (TensorId& id : node.inputs)
      if (id.valid() && in_place_of[id.index].valid()) id = in_place_of[id.index];
    const std::optional<ValueTable> table = value_table(graph, node, options.rounding);
    if (!table) continue;
    const TensorId input = node.inputs[table->operand];
    const TensorId output = node.outputs[0];
    const auto drop = [&] {
      for (const TensorId id : node.inputs)
        if (id.valid()) --readings[id.index];
      node.inputs.clear();
      node.outputs.clear();
      remove[i] = true;
    };
    if (is_identity(graph, node, *table) && !is_graph_output(graph, output)) {
      drop();
      in_place_of[output.index] = input;
      readings[input.index] += readings[output.index];
      continue;
    }
    const NodeId previous = producer_of[input.index];
    if (!previous.valid()) continue;
    Node& first = graph.at(previous);
    const std::optional<ValueTable> first_table = value_table(graph, first, options.rounding);
    if (!first_table || graph.at(first.inputs[first_table->operand]).variable) continue;
    Node later = node;  // does the work of both
    later.inputs[table->operand] = first.inputs[first_table->operand];
    Node earlier = first;
    earlier.outputs = node.outputs;
    const bool only_reader = readings[input.index] == 1 && !is_graph_output(graph, input);
    if (is_both(graph, later, *first_table, *table, options.rounding)) {
      node = std::move(later);
      --readings[input.index];
      ++readings[node.inputs[table->operand].index];
      --i;  // what it reads now may go on like this
    } else if (only_reader && is_both(graph, earlier, *first_table, *table, options.rounding)) {
      first = std::move(earlier);
      producer_of[output.index] = previous;
      producer_of[input.index] = NodeId();
      drop();
    }
  }
  remove_nodes(graph, remove);
  return eliminate_dead_code(std::move(graph), options);
}

}  // namespace burin
