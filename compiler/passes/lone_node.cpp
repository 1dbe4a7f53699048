#include "passes/lone_node.hpp"

#include <algorithm>
#include <numeric>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

bool is_8_bit(const Tensor& tensor) {
  return tensor.type.dtype == DType::s8 || tensor.type.dtype == DType::u8;
}

}  // namespace

LoneNode::LoneNode(const Graph& graph, const Node& node) {
  graph_.nodes.push_back(node);
  const auto copy = [&](TensorId& id) {
    if (id.valid()) id = add_tensor(graph_, graph.at(id));
  };
  for (TensorId& id : graph_.nodes[0].inputs) copy(id);
  for (TensorId& id : graph_.nodes[0].outputs) copy(id);
}

void LoneNode::set_input(size_t i, Shape shape, std::span<const int32_t> values) {
  Tensor& tensor = input(i);
  tensor.type.shape = std::move(shape);
  tensor.variable = false;
  Value value = Value::zeros(tensor.type);
  BURIN_CHECK(static_cast<int64_t>(values.size()) == tensor.type.shape.elements(), "one value an element");
  for (size_t k = 0; k < values.size(); ++k) value.set_integer(k, values[k]);
  tensor.constant = Constant(std::move(value.bytes));
}

void LoneNode::add_input(size_t i, Tensor tensor) {
  std::vector<TensorId>& inputs = node().inputs;
  inputs.resize(std::max(inputs.size(), i + 1));
  inputs[i] = add_tensor(graph_, std::move(tensor));
}

Value LoneNode::evaluate(Rounding rounding) const {
  return evaluate_constant_node(graph_, graph_.nodes[0], rounding).front();
}

std::optional<ValueTable> value_table(const Graph& graph, const Node& node, Rounding rounding) {
  if (!operator_of(node).traits().elementwise || node.outputs.size() != 1) return std::nullopt;
  const Tensor& output = graph.at(node.outputs[0]);
  if (!is_8_bit(output)) return std::nullopt;
  std::optional<size_t> varying;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.inputs[i].valid()) return std::nullopt;
    const Tensor& input = graph.at(node.inputs[i]);
    if (input.is_constant() && input.type.shape.elements() == 1) continue;
    if (varying || input.variable || !is_8_bit(input) || input.type.shape != output.type.shape)
      return std::nullopt;
    varying = i;
  }
  if (!varying) return std::nullopt;

  ValueTable table{.operand = *varying};
  table.lowest = static_cast<int32_t>(integer_range(graph.at(node.inputs[*varying]).type.dtype).lowest);
  std::vector<int32_t> values(table.outputs.size());
  std::iota(values.begin(), values.end(), table.lowest);
  LoneNode lone(graph, node);
  for (size_t i = 0; i < lone.inputs(); ++i) lone.input(i).type.shape = {1};
  lone.set_input(*varying, {256}, values);
  lone.output().type.shape = {256};
  const Value result = lone.evaluate(rounding);
  for (size_t i = 0; i < table.outputs.size(); ++i)
    table.outputs[i] = static_cast<int32_t>(result.integer(i));
  return table;
}

}  // namespace burin
