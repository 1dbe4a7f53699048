// The reference evaluator: runs a graph with the operators' own definitions. It is the oracle for generated
// code, and folds constants.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ir/graph.hpp"
#include "ops/value.hpp"

namespace burin {

class Evaluator {
 public:
  // Keeps a reference to the graph, which must be valid.
  explicit Evaluator(const Graph& graph, Rounding rounding = Rounding::tflm);

  // State back to its initial values.
  void reset();
  // One invocation. `inputs` in the order of the graph's inputs, with their types; returns the outputs.
  std::vector<Value> run(std::span<const Value> inputs);
  // Called with every computed tensor, in order of execution.
  std::function<void(TensorId, const Value&)> observe;

 private:
  const Graph& graph_;
  Rounding rounding_;
  std::vector<Value> values_;  // by tensor; constants and state stay between runs
};

// About how many elementary steps, each of some nanoseconds, evaluating a node takes: what bounds the time of
// whoever evaluates nodes of models that nobody has looked at.
int64_t evaluation_steps(const NodeView& view);

// Evaluates one node whose inputs are all constant, or that needs only their types.
std::vector<Value> evaluate_constant_node(const Graph& graph, const Node& node, Rounding rounding);

}  // namespace burin
