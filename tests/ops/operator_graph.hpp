// Graphs of one operator, for tests of evaluators.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "corpus.hpp"
#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "support/skip.hpp"

namespace burin::test {

struct Operand {
  DType dtype;
  Shape shape;
  Quantization quantization{};
};

inline Quantization quantized(float scale, int32_t zero_point) {
  return {{scale}, {zero_point}, 0};
}

// The operator's attributes of these names, the rest as they are by default.
inline Attributes attributes_of(Op op, const std::vector<NamedAttribute>& list) {
  std::string error;
  Attributes attributes = operator_of(op).parse_attributes(list, error);
  INFO(error);
  REQUIRE(error.empty());
  return attributes;
}

// Those of a pool over one row.
inline Attributes row_window(Op op, int32_t width) {
  return attributes_of(op, {{"window_height", 1},
                            {"window_width", width},
                            {"stride_height", 1},
                            {"stride_width", 1},
                            {"pad_top", 0},
                            {"pad_left", 0},
                            {"pad_bottom", 0},
                            {"pad_right", 0}});
}

// A graph that applies `op` to inputs, with one output.
inline Graph one_node(Op op, const std::vector<Operand>& inputs, const Operand& output,
                      Attributes attributes = Attributes::of(NoAttributes{}),
                      Activation activation = Activation::none) {
  Graph graph;
  const auto add = [&](const Operand& operand, std::string name) {
    return add_tensor(graph, {.name = std::move(name),
                              .type = {operand.dtype, operand.shape},
                              .quantization = operand.quantization,
                              .constant = {},
                              .variable = false});
  };
  for (size_t i = 0; i < inputs.size(); ++i)
    graph.inputs.push_back(add(inputs[i], "input" + std::to_string(i)));
  graph.outputs = {add(output, "output")};
  graph.nodes.push_back({.op = op,
                         .inputs = graph.inputs,
                         .outputs = graph.outputs,
                         .attributes = std::move(attributes),
                         .activation = activation,
                         .name = "node",
                         .source_index = 0});
  return graph;
}

// The output's elements for the inputs' elements; the graph must be valid.
template <class Output, class... Inputs>
std::vector<Output> evaluate(const Graph& graph, const std::vector<Inputs>&... inputs) {
  const Diagnostics findings = check_operators(graph);
  for (const Diagnostic& finding : findings) FAIL(finding.message);
  std::vector<Value> values;
  const auto append = [&](const auto& elements) {
    const auto bytes = std::as_bytes(std::span(elements));
    values.push_back(Value::of(graph.at(graph.inputs.at(values.size())).type, bytes));
  };
  (append(inputs), ...);
  const Value result = Evaluator(graph).run(values).at(0);
  const auto elements = result.as<Output>();
  return {elements.begin(), elements.end()};
}

// The constraint that the graph's node breaks, or nothing.
inline std::string refusal(const Graph& graph) {
  const Diagnostics findings = check_operators(graph);
  return findings.empty() ? std::string() : findings.front().message;
}

// A tensor of a corpus model after its first sample, as TensorFlow Lite Micro computed it.
class CorpusModel {
 public:
  explicit CorpusModel(const std::string& name) {
    test::require_corpus();
    folder_ = corpus_folder() / name / "tensors";
    if (!std::filesystem::exists(folder_ / "tensors.json"))
      test::skip("there are no recorded tensors in " + folder_.string());
    std::ifstream(folder_ / "tensors.json") >> tensors_;
  }
  Operand operand(int index) const {
    for (const auto& tensor : tensors_) {
      if (tensor["index"] != index) continue;
      REQUIRE(tensor["dtype"] == "int8");
      // The text has nine digits, which is enough to give the scale back exactly.
      return {DType::s8, Shape(tensor["shape"].get<std::vector<int32_t>>()),
              quantized(tensor["scale"][0].get<float>(), tensor["zero_point"][0].get<int32_t>())};
    }
    FAIL("no tensor " << index);
    return {};
  }
  std::vector<int8_t> values(int index) const {
    std::ifstream file(folder_ / ("s0_t" + std::to_string(index) + ".bin"), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    return {bytes.begin(), bytes.end()};
  }

 private:
  std::filesystem::path folder_;
  nlohmann::json tensors_;
};

}  // namespace burin::test
