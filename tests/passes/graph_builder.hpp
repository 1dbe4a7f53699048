// Graphs for tests of passes: built by hand, and compared by evaluating them.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "ops/window.hpp"
#include "passes/passes.hpp"
#include "samplers/sampling.hpp"

namespace burin::test {

inline Quantization per_tensor(float scale, int32_t zero_point) {
  return {{scale}, {zero_point}, 0};
}

struct GraphBuilder {
  Graph graph{};

  TensorId tensor(Shape shape, Quantization quantization, DType dtype = DType::s8) {
    return add_tensor(graph, {.name = "t" + std::to_string(graph.tensors.size()),
                              .type = {dtype, std::move(shape)},
                              .quantization = std::move(quantization),
                              .constant = {},
                              .variable = false});
  }
  TensorId input(Shape shape, Quantization quantization = per_tensor(0.05f, 0), DType dtype = DType::s8) {
    graph.inputs.push_back(tensor(std::move(shape), std::move(quantization), dtype));
    return graph.inputs.back();
  }
  template <class T>
  TensorId constant(Shape shape, const std::vector<T>& values, DType dtype, Quantization quantization) {
    const TensorId id = tensor(std::move(shape), std::move(quantization), dtype);
    graph.at(id).constant = Constant::of(values);
    return id;
  }
  TensorId weights(Shape shape, const std::vector<int8_t>& values, float scale = 0.01f) {
    return constant(std::move(shape), values, DType::s8, per_tensor(scale, 0));
  }
  TensorId bias(const std::vector<int32_t>& values) {
    return constant({static_cast<int32_t>(values.size())}, values, DType::s32, per_tensor(0.0005f, 0));
  }
  // Adds a node; attributes by name.
  TensorId node(std::string_view name, std::vector<TensorId> inputs, TensorId output,
                const std::vector<NamedAttribute>& attributes = {},
                Activation activation = Activation::none) {
    const std::optional<Op> op = op_named(name);
    REQUIRE(op.has_value());
    std::string error;
    graph.nodes.push_back({.op = *op,
                           .inputs = std::move(inputs),
                           .outputs = {output},
                           .attributes = operator_of(*op).parse_attributes(attributes, error),
                           .activation = activation,
                           .name = "node" + std::to_string(graph.nodes.size()),
                           .source_index = static_cast<int32_t>(graph.nodes.size())});
    REQUIRE(error.empty());
    return output;
  }
  Graph finish(std::vector<TensorId> outputs) {
    graph.outputs = std::move(outputs);
    return graph;
  }
};

// Fails the test where the graph breaks a rule.
inline void require_valid(const Graph& graph) {
  for (const std::string& broken : broken_rules(graph)) FAIL(broken);
  for (const Diagnostic& finding : check_operators(graph)) FAIL(finding.place << ": " << finding.message);
}

// A value for each input.
inline std::vector<Value> random_inputs(const Graph& graph, Random& random) {
  std::vector<Value> values;
  for (const TensorId id : graph.inputs)
    values.push_back(Value::of(graph.at(id).type, sample_constant(random, graph.at(id).type).bytes()));
  return values;
}

// Runs both graphs on the same random inputs, in both roundings where the pass was told none.
inline void require_equal(const Graph& before, const Graph& after, Rounding rounding = Rounding::tflm,
                          int runs = 20) {
  require_valid(after);
  REQUIRE(before.inputs.size() == after.inputs.size());
  Random random(before.nodes.size() + 17);
  Evaluator expected(before, rounding);
  Evaluator actual(after, rounding);
  for (int run = 0; run < runs; ++run) {
    const std::vector<Value> inputs = random_inputs(before, random);
    const std::vector<Value> results = expected.run(inputs);
    const std::vector<Value> others = actual.run(inputs);
    REQUIRE(results.size() == others.size());
    for (size_t i = 0; i < results.size(); ++i) {
      CAPTURE(run, i);
      REQUIRE(results[i] == others[i]);
    }
  }
}

// The operators' names in order: "pad convolution_2d".
inline std::string operators(const Graph& graph) {
  std::string text;
  for (const Node& node : graph.nodes) text += (text.empty() ? "" : " ") + std::string(name_of(node.op));
  return text;
}

inline int64_t macs(const Graph& graph) {
  int64_t total = 0;
  for (const Node& node : graph.nodes) total += operator_of(node).macs({graph, node});
  return total;
}

}  // namespace burin::test
