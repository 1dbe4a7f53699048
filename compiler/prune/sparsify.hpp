// Unstructured pruning: a share of a float network's weights becomes 0, and the others make up for it. Shapes
// stay what they are.
//
// Weights go by the formula of the optimal brain surgeon (B. Hassibi and D. Stork, "Second order derivatives
// for network pruning", 1993), one after the other within each output of a layer, with the second moments of
// its inputs on the samples: the error of a layer without some of its weights is known under the condition
// that those left are fitted again.
#pragma once

#include <functional>
#include <vector>

#include "quantize/batch.hpp"
#include "support/result.hpp"

namespace burin {

struct SparsifyOptions {
  double share = 0.5;  // of the weights of all layers that can be fitted, from 0 to 1: as many become 0
  // False: the smallest weights of each layer go, and the others stay what they were; for comparison.
  bool refit = true;
  // Called with how far it is, 0 to 1.
  std::function<void(double done)> progress{};
};

struct SparseGraph {
  Graph before{};  // the network as it was, node by node the same
  Graph graph{};
  int64_t weights = 0;  // of all layers that can be fitted
  int64_t zeros = 0;    // of these
};

// Nodes with constant float32 weights, their second input, that can be fitted.
std::vector<size_t> weighted_nodes(const Graph& graph);

// The share is spent over layers and outputs where it adds least error at the judged tensors; weights that
// are 0 already count. Every fourth sample is held out, and the last fits stay only if they lower the error
// there. Equal input gives an equal result. E0402 where no layer has constant float32 weights, or the network
// keeps state; E0204 where there are no samples.
Result<SparseGraph> sparsify(const Graph& graph, const SampleValues& samples, const SparsifyOptions& options);

}  // namespace burin
