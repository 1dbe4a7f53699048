// The steps of the float executor: code for whole batches of the operators that take most of the time, and
// the reference evaluation for the others.
#pragma once

#include <memory>

#include "quantize/float_executor.hpp"

namespace burin {

// Keeps references to graph and node.
std::unique_ptr<BatchStep> batch_step(const Graph& graph, const Node& node);

// Each returns nothing where it has no code for such a node.
std::unique_ptr<BatchStep> weighted_batch_step(const Graph& graph, const Node& node);
std::unique_ptr<BatchStep> pooling_batch_step(const Graph& graph, const Node& node);
std::unique_ptr<BatchStep> elementwise_batch_step(const Graph& graph, const Node& node);
std::unique_ptr<BatchStep> movement_batch_step(const Graph& graph, const Node& node);

}  // namespace burin
