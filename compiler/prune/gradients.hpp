// Gradients through a float graph, for training on what another graph computes.
//
// Activations have to be nodes of their own. Parameters are the weights and biases of the nodes that
// fitted_nodes() names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/batch.hpp"

namespace burin {

// Per sample values by tensor, as in a batch: the derivative of the loss by each element. Empty where none.
using TensorGradients = std::vector<std::vector<float>>;

// By fitted node: derivatives of the loss by weights, in the order of the tensor, and by the bias.
struct ParameterGradients {
  std::vector<std::vector<float>> weights;
  std::vector<std::vector<float>> biases;  // empty where the node has none

  void add(const ParameterGradients& other);
};

class Gradients {
 public:
  // Keeps a reference to the graph. The loss is computed from the tensors `judged`.
  Gradients(const Graph& graph, std::vector<TensorId> judged);

  // What stands in the way: an operator between parameters and judged tensor that has no derivative here,
  // with its place; nothing where all is well.
  std::optional<std::string> obstacle() const;
  // Fitted nodes, as indices.
  const std::vector<size_t>& nodes() const { return fitted_; }
  ParameterGradients zeros() const;
  // Adds the derivatives of a loss by all parameters, given its derivatives by the judged tensors, for a
  // batch that the graph has been run on.
  void add(const Batch& batch, std::vector<std::vector<float>> by_judged, ParameterGradients& sum) const;

 private:
  void back(size_t node, const Batch& batch, TensorGradients& gradients, ParameterGradients& sum) const;
  void back_layer(size_t node, const Batch& batch, TensorGradients& gradients, ParameterGradients& sum) const;

  const Graph& graph_;
  std::vector<TensorId> judged_;
  std::vector<size_t> fitted_;
  std::vector<bool> matters_;  // by node: parameters lie at it or before it, a judged tensor behind it
  std::vector<bool> wanted_;   // by tensor: made from parameters
};

}  // namespace burin
