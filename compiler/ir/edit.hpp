// The only functions that change a graph's structure. Each keeps the graph valid.
#pragma once

#include <vector>

#include "ir/graph.hpp"

namespace burin {

TensorId add_tensor(Graph& graph, Tensor tensor);
// Every reader of `from`, graph outputs included, reads `to` instead.
void replace_uses(Graph& graph, TensorId from, TensorId to);
// Removes the nodes for which `remove[i]` is true; the order of the others stays.
void remove_nodes(Graph& graph, const std::vector<bool>& remove);
// Drops tensors that no node and no graph input or output names, and renumbers the rest in order.
void drop_unused_tensors(Graph& graph);

}  // namespace burin
