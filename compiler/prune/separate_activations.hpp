// Fused activations as nodes of their own, and back: a layer's sums have to be tensors where they are fitted.
#pragma once

#include "ir/graph.hpp"

namespace burin {

// The nodes that compute the sums keep their order; each activation follows its node.
Graph separate_activations(Graph graph);
// Fuses every activation with the node before it that takes one, where nothing else reads the sums.
Graph fuse_separate_activations(Graph graph);

}  // namespace burin
