#include "eval/evaluator.hpp"

#include <algorithm>

#include "ops/operator.hpp"

namespace burin {
namespace {

std::vector<Value> evaluate(const Graph& graph, const Node& node, Rounding rounding,
                            std::vector<Value>& values) {
  std::vector<const Value*> inputs;
  std::vector<Value*> state;
  for (const TensorId id : node.inputs) {
    inputs.push_back(id.valid() ? &values[id.index] : nullptr);
    state.push_back(id.valid() && graph.at(id).variable ? &values[id.index] : nullptr);
  }
  std::vector<Value> outputs;
  for (const TensorId id : node.outputs) outputs.push_back(Value::zeros(graph.at(id).type));
  operator_of(node).evaluate(
      {.view = {graph, node}, .inputs = inputs, .outputs = outputs, .state = state, .rounding = rounding});
  return outputs;
}

}  // namespace

Evaluator::Evaluator(const Graph& graph, Rounding rounding)
    : graph_(graph), rounding_(rounding), values_(graph.tensors.size()) {
  for (size_t i = 0; i < graph.tensors.size(); ++i)
    if (graph.tensors[i].is_constant())
      values_[i] = Value::of(graph.tensors[i].type, graph.tensors[i].constant->bytes());
  reset();
}

void Evaluator::reset() {
  for (size_t i = 0; i < graph_.tensors.size(); ++i)
    if (graph_.tensors[i].variable) values_[i] = initial_value(graph_.tensors[i]);
}

std::vector<Value> Evaluator::run(std::span<const Value> inputs) {
  BURIN_CHECK(inputs.size() == graph_.inputs.size(), "one value an input");
  for (size_t i = 0; i < inputs.size(); ++i) {
    BURIN_CHECK(inputs[i].type == graph_.at(graph_.inputs[i]).type, "an input of another type");
    values_[graph_.inputs[i].index] = inputs[i];
  }
  for (const Node& node : graph_.nodes) {
    std::vector<Value> outputs = evaluate(graph_, node, rounding_, values_);
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (observe) observe(node.outputs[i], outputs[i]);
      values_[node.outputs[i].index] = std::move(outputs[i]);
    }
  }
  std::vector<Value> result;
  for (const TensorId id : graph_.outputs) result.push_back(values_[id.index]);
  return result;
}

int64_t evaluation_steps(const NodeView& view) {
  int64_t elements = 0;
  for (size_t i = 0; i < view.node.inputs.size(); ++i)
    if (view.has_input(i)) elements += view.input(i).type.shape.elements();
  for (size_t i = 0; i < view.node.outputs.size(); ++i) elements += view.output(i).type.shape.elements();
  const Operator& definition = operator_of(view.node);
  // Some operators take a function of every element.
  constexpr int64_t steps_an_element = 8;
  return steps_an_element * elements + definition.macs(view) + definition.window_reads(view);
}

std::vector<Value> evaluate_constant_node(const Graph& graph, const Node& node, Rounding rounding) {
  std::vector<Value> values(graph.tensors.size());
  for (const TensorId id : node.inputs)
    if (id.valid() && graph.at(id).is_constant())
      values[id.index] = Value::of(graph.at(id).type, graph.at(id).constant->bytes());
  return evaluate(graph, node, rounding, values);
}

}  // namespace burin
