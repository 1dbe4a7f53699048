#include "formats/constants.hpp"

#include <algorithm>

#include "eval/evaluator.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

bool is_known(const Graph& graph, const Node& node) {
  if (operator_of(node).facts().needs_only_types) return true;
  const auto given = std::ranges::count_if(node.inputs, [](TensorId id) { return id.valid(); });
  return given > 0 && std::ranges::all_of(node.inputs, [&](TensorId id) {
           return !id.valid() || graph.at(id).is_constant();
         });
}

// A tensor that the node alone gives a value, as far as the graph says so far.
bool is_free(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph.at(id);
  return !tensor.variable && !tensor.constant && std::ranges::find(graph.inputs, id) == graph.inputs.end() &&
         std::ranges::none_of(graph.nodes, [&](const Node& other) {
           return std::ranges::find(other.outputs, id) != other.outputs.end();
         });
}

uint64_t steps(const Graph& graph, const Node& node) {
  uint64_t read = 1;
  uint64_t written = 1;
  for (const TensorId id : node.inputs)
    if (id.valid()) read += static_cast<uint64_t>(graph.at(id).type.shape.elements());
  for (const TensorId id : node.outputs) written += static_cast<uint64_t>(graph.at(id).type.shape.elements());
  const Operator& definition = operator_of(node);
  if (definition.facts().needs_only_types || definition.traits().linear_time) return read + written;
  return read * written;  // elements are fewer than 2^28 a tensor, and operands few
}

}  // namespace

bool ConstantFolder::fold(Graph& graph, const Node& node) {
  if (node.outputs.empty() || !is_known(graph, node)) return false;
  if (!std::ranges::all_of(node.outputs, [&](TensorId id) { return is_free(graph, id); })) return false;
  const uint64_t work = steps(graph, node) + graph.nodes.size();
  if (work > left_) return false;
  left_ -= work;
  std::vector<Value> values = evaluate_constant_node(graph, node, Rounding::tflm);
  if (values != evaluate_constant_node(graph, node, Rounding::litert)) return false;
  for (size_t i = 0; i < values.size(); ++i)
    graph.at(node.outputs[i]).constant = Constant(std::move(values[i].bytes));
  return true;
}

}  // namespace burin
