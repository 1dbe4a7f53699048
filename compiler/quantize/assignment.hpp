// Which nodes compute in integers, and which tensors share one quantization.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/operator_rules.hpp"

namespace burin {

// Tensors that have to have one quantization.
struct QuantizationClass {
  std::vector<TensorId> tensors{};
  Precision precision = Precision::s8;  // int8 or int16
  std::optional<Quantization> fixed{};  // by the format
};

struct Assignment {
  std::vector<Precision> precision{};  // by node
  std::vector<std::string> reason{};   // by node: why it stays float against the wish, or empty
  // By node: it stands where int8 and int16 meet. In the float graph it changes nothing.
  std::vector<bool> conversion{};
  std::vector<size_t>
      origin{};  // by node: its place among the nodes of the given graph, for a conversion SIZE_MAX
  std::vector<QuantizationClass> classes{};
  std::vector<size_t> class_of{};  // by tensor; no_class where it stays float

  static constexpr size_t no_class = SIZE_MAX;

  bool integer(size_t node) const { return is_integer(precision[node]); }
  // Of one that is no conversion.
  bool quantized(size_t node) const { return precision[node] != Precision::f32 && !conversion[node]; }
};

// The float graph with a node, a copy, for every conversion, and what is decided about it.
struct AssignedGraph {
  Graph graph{};
  Assignment assignment{};
};

// `wanted`: by node. What an operator does not take stays float. `edge`: of the graph's inputs and outputs.
// Outputs get a class even where a float node makes them, unless the edge is float32.
AssignedGraph assign(const Graph& graph, const std::vector<Precision>& wanted, Precision edge);

}  // namespace burin
