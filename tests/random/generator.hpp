// Random graphs over all operators. A graph grows out of the operators' own samples: what a sample reads is
// replaced by what the graph has already, as far as the operators' constraints take it. So an operator that
// is added is drawn, connected and covered without an edit here.
#pragma once

#include <cstdint>

#include "ir/graph.hpp"

namespace burin::test {

// A valid graph; the same seed gives the same graph. Consecutive seeds begin with one operator in one
// type after the other. It has one output at least, though none that is known to be constant without looking
// at values.
Graph random_graph(uint64_t seed);

// Sets the types of a node's outputs from its operands. False where the operator's constraints do not take
// them.
bool infer_outputs(Graph& graph, const Node& node);

}  // namespace burin::test
