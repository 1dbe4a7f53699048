// A float graph made ready for quantization: with the same function, up to float32 rounding, in the fewest
// and most regular steps.
#pragma once

#include "ir/graph.hpp"

namespace burin {

// Folds constants, drops dead code, fuses activations, folds multiplications and additions of constants
// (batch normalization) into the convolutions and fully connected layers in front of them, and gives every
// such layer weights and a bias of its own.
Graph prepare_for_quantization(Graph graph);

// The values that a quantization is judged by: outputs of the graph, or where an output comes from a softmax
// or another function that squashes its input, that input.
std::vector<TensorId> judged_tensors(const Graph& graph);

}  // namespace burin
