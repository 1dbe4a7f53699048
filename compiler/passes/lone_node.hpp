// One node apart from its graph, to be evaluated on chosen values: how passes learn what an operator does
// without knowing its arithmetic.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "ir/graph.hpp"
#include "ops/value.hpp"

namespace burin {

class LoneNode {
 public:
  // Copies the node and its tensors; an operand that stands twice becomes two tensors.
  LoneNode(const Graph& graph, const Node& node);

  Node& node() { return graph_.nodes[0]; }
  bool has_input(size_t i) const { return i < inputs() && graph_.nodes[0].inputs[i].valid(); }
  size_t inputs() const { return graph_.nodes[0].inputs.size(); }
  Tensor& input(size_t i) { return graph_.at(graph_.nodes[0].inputs.at(i)); }
  Tensor& output(size_t i = 0) { return graph_.at(graph_.nodes[0].outputs.at(i)); }
  // Gives an operand another shape and value. Elements of any integer type.
  void set_input(size_t i, Shape shape, std::span<const int32_t> values);
  // Adds an operand behind the others, or in the place of an absent one.
  void add_input(size_t i, Tensor tensor);

  // The first output. Every operand has a value and every output a fitting shape.
  Value evaluate(Rounding rounding) const;

 private:
  Graph graph_;
};

// What an operator that works element by element makes of each value of an 8-bit type.
struct ValueTable {
  size_t operand = 0;                  // the one that varies; the others are constants of one element
  std::array<int32_t, 256> outputs{};  // by value - lowest of the operand's type
  int32_t lowest = 0;                  // of the operand's type

  int32_t operator()(int32_t value) const { return outputs.at(static_cast<size_t>(value - lowest)); }
};

// Nothing where the node is not such an operator from one varying operand of an 8-bit type to another.
std::optional<ValueTable> value_table(const Graph& graph, const Node& node, Rounding rounding);

}  // namespace burin
