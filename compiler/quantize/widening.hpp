// Which nodes of an int8 network gain most by computing in int16.
#pragma once

#include <functional>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/batch.hpp"

namespace burin {

// Sets of nodes of the prepared graph that might compute in int16 while the others stay int8: the first is
// empty, each contains the one before, the last has all that help. A tensor only has 16 bits where its
// producer and all its readers compute with them, so that a set grows by the nodes around one class of
// tensors: the class that takes most noise from the judged tensors for what its nodes cost more. Inputs and
// outputs of the graph stay int8. The graph has no state.
std::vector<std::vector<size_t>> widening_sets(const Graph& prepared, const SampleValues& samples,
                                               const std::function<double(size_t node)>& extra_cost);

}  // namespace burin
