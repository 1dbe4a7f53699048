// Evaluates graphs of one node, and reads single operators of a TFLite model that is not there.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "formats/tflite/operators/operators.hpp"
#include "ir/edit.hpp"
#include "ops/operator.hpp"

namespace burin::test {

inline Tensor tensor(DType dtype, Shape shape, Quantization quantization = {}) {
  return {.name = "t",
          .type = {dtype, std::move(shape)},
          .quantization = std::move(quantization),
          .constant = {},
          .variable = false};
}

template <class T>
Tensor constant(DType dtype, Shape shape, Quantization quantization, const std::vector<T>& values) {
  Tensor result = tensor(dtype, std::move(shape), std::move(quantization));
  result.constant = Constant::of(values);
  return result;
}

inline Quantization per_tensor(float scale, int32_t zero_point) {
  return {{scale}, {zero_point}, 0};
}

// One node; operand 0 is the graph's input.
inline Graph one_node(Op op, Attributes attributes, const std::vector<Tensor>& inputs, const Tensor& output,
                      Activation activation = Activation::none) {
  Graph graph;
  Node node{.op = op,
            .inputs = {},
            .outputs = {},
            .attributes = std::move(attributes),
            .activation = activation,
            .name = "node",
            .source_index = 0};
  for (const Tensor& input : inputs) node.inputs.push_back(add_tensor(graph, input));
  node.outputs.push_back(add_tensor(graph, output));
  graph.inputs = {node.inputs.at(0)};
  graph.outputs = node.outputs;
  graph.nodes.push_back(std::move(node));
  return graph;
}

// The messages of check_operators, one a line.
inline std::string findings(const Graph& graph) {
  std::string text;
  for (const Diagnostic& diagnostic : check_operators(graph)) text += diagnostic.message + "\n";
  return text;
}

// Attributes by name, as the text form gives them.
inline Attributes attributes(Op op, const std::vector<NamedAttribute>& list) {
  std::string error;
  Attributes result = operator_of(op).parse_attributes(list, error);
  if (!error.empty()) throw std::invalid_argument(error);
  return result;
}

// The value of the only output for this value of operand 0; the others are constants.
template <class T>
std::vector<T> evaluate(const Graph& graph, const std::vector<T>& input, Rounding rounding = Rounding::tflm) {
  const Node& node = graph.nodes.at(0);
  const NodeView view{graph, node};
  if (const std::string found = findings(graph); !found.empty()) throw std::invalid_argument(found);
  std::vector<Value> values;
  values.push_back(Value::of(view.input(0).type, std::as_bytes(std::span(input))));
  for (size_t i = 1; i < node.inputs.size(); ++i)
    values.push_back(view.has_input(i) ? Value::of(view.input(i).type, view.input(i).constant->bytes())
                                       : Value());
  std::vector<const Value*> inputs;
  for (size_t i = 0; i < values.size(); ++i) inputs.push_back(view.has_input(i) ? &values[i] : nullptr);
  const std::vector<Value*> state(inputs.size(), nullptr);
  std::vector<Value> outputs = {Value::zeros(view.output().type)};
  operator_of(node).evaluate(
      {.view = view, .inputs = inputs, .outputs = outputs, .state = state, .rounding = rounding});
  const auto result = std::as_const(outputs[0]).as<T>();
  return {result.begin(), result.end()};
}

// An operator as a TFLite file would give it.
class FakeSource final : public SourceOperator {
 public:
  FakeSource(std::vector<Tensor> inputs, Tensor output, std::map<std::string, int64_t, std::less<>> fields)
      : tensors_(std::move(inputs)), fields_(std::move(fields)) {
    for (size_t i = 0; i < tensors_.size(); ++i) inputs_.push_back(TensorId(i));
    outputs_ = {TensorId(tensors_.size())};
    tensors_.push_back(std::move(output));
  }
  const std::vector<TensorId>& inputs() const override { return inputs_; }
  const std::vector<TensorId>& outputs() const override { return outputs_; }
  const std::vector<TensorId>& intermediates() const override { return none_; }
  const Tensor& tensor(TensorId id) const override { return tensors_.at(id.index); }
  TensorId add_tensor(Tensor tensor) override {
    tensors_.push_back(std::move(tensor));
    return TensorId(tensors_.size() - 1);
  }
  void add_node(NodeDraft node) override { nodes.push_back(std::move(node)); }
  int64_t integer(std::string_view field) const override { return fields_.at(std::string(field)); }
  float real(std::string_view) const override { return 0; }
  std::vector<int32_t> integers(std::string_view) const override { return {}; }

  std::vector<NodeDraft> nodes;  // in front of the one that the reader returned

 private:
  std::vector<Tensor> tensors_;
  std::vector<TensorId> inputs_;
  std::vector<TensorId> outputs_;
  std::vector<TensorId> none_;
  std::map<std::string, int64_t, std::less<>> fields_;
};

// What the reader of a kind of TFLite operator makes of one.
inline Result<NodeDraft> read(tflite::schema::BuiltinOperator kind, FakeSource source) {
  return tflite::reader_of(kind)->read(source);
}

inline int32_t integer_attribute(const Attributes& attributes, std::string_view name) {
  for (const NamedAttribute& attribute : attributes.list())
    if (attribute.name == name) return std::get<int32_t>(attribute.value);
  throw std::out_of_range(std::string(name));
}

}  // namespace burin::test
