// Drops 8-bit operators that work value by value where another does their work as well: a QUANTIZE or clamp
// that changes nothing, and one of two in a row where the other alone, between the same ends, maps all 256
// values alike. Two requantisations in a row round twice, and stay two where that shows.
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
  // Found anew after a change, and not for each of the many nodes that change nothing.
  std::optional<std::vector<NodeId>> producer_of;
  std::optional<std::vector<std::vector<NodeId>>> readers_of;
  const auto forget = [&] {
    producer_of.reset();
    readers_of.reset();
  };
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    const std::optional<ValueTable> table = value_table(graph, node, options.rounding);
    if (!table) continue;
    const TensorId input = node.inputs[table->operand];
    if (!producer_of) producer_of = producers(graph);
    const NodeId previous = (*producer_of)[input.index];
    if (is_identity(graph, node, *table) && !is_graph_output(graph, node.outputs[0])) {
      replace_uses(graph, node.outputs[0], input);
      node.outputs.clear();
      remove[i] = true;
      forget();
      continue;
    }
    if (!previous.valid()) continue;
    Node& first = graph.at(previous);
    const std::optional<ValueTable> first_table = value_table(graph, first, options.rounding);
    if (!first_table || graph.at(first.inputs[first_table->operand]).variable) continue;
    Node later = node;  // does the work of both
    later.inputs[table->operand] = first.inputs[first_table->operand];
    Node earlier = first;
    earlier.outputs = node.outputs;
    if (!readers_of) readers_of = uses(graph);
    const bool only_reader = (*readers_of)[input.index].size() == 1 && !is_graph_output(graph, input);
    if (is_both(graph, later, *first_table, *table, options.rounding)) {
      node = std::move(later);
      --i;  // what it reads now may go on like this
      forget();
    } else if (only_reader && is_both(graph, earlier, *first_table, *table, options.rounding)) {
      first = std::move(earlier);
      node.outputs.clear();
      remove[i] = true;
      forget();
    }
  }
  remove_nodes(graph, remove);
  return eliminate_dead_code(std::move(graph), options);
}

}  // namespace burin
