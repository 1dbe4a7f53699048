// Every pass. Each gives a graph with the same outputs, bit for bit, for all inputs.
#pragma once

#include "passes/pass.hpp"

namespace burin {

Graph absorb_transposes(Graph graph, const PassOptions& options);
Graph canonicalize_shapes(Graph graph, const PassOptions& options);
Graph eliminate_channels(Graph graph, const PassOptions& options);
Graph eliminate_dead_code(Graph graph, const PassOptions& options);
Graph fold_constants(Graph graph, const PassOptions& options);
Graph fuse_activations(Graph graph, const PassOptions& options);
Graph fuse_padding(Graph graph, const PassOptions& options);
Graph merge_elementwise(Graph graph, const PassOptions& options);
Graph propagate_layout(Graph graph, const PassOptions& options);
Graph reorder_channels(Graph graph, const PassOptions& options);

}  // namespace burin
