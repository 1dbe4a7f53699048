// Folding while a model is read. Readers and constraints ask for constants: weights, axes, new shapes. What a
// model computes from constants alone is one, too, so that it has to be known before the next operator is
// looked at.
#pragma once

#include "ir/graph.hpp"

namespace burin {

class ConstantFolder {
 public:
  // Elements to read and write, all nodes together: a file can ask for far more than it is long.
  explicit ConstantFolder(uint64_t work) : left_(work) {}

  // Gives the node's outputs their values, where all its operands are constants, or only their types matter.
  // False where it does not: the node depends on something else, is too much work, or its result depends on
  // how sums are rounded, which is not known here. The node is not in the graph, and its operator's rules
  // hold.
  bool fold(Graph& graph, const Node& node);

 private:
  uint64_t left_;
};

}  // namespace burin
