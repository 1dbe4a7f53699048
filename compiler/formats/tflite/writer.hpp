// Writing a graph as a TFLite file.
#pragma once

#include <string>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

// The bytes of a .tflite file that holds the graph, which keeps the rules of ir/verify.hpp and its operators'
// constraints. The same graph gives the same bytes.
//
// Read again, the file gives an equal graph, but that a node is named after its first output, as the format
// has no names for operators, and counts its position in this file. What the format cannot say is written as
// more operators that compute the same:
//  * padding of a window that is neither SAME nor VALID, as an operator PAD in front of a convolution, and as
//    pools over parts of the image, whose windows are cut at its edge;
//  * an activation of an operator that has no field for it, as an operator behind it;
//  * a shape that an operator of the format would not make, as a RESHAPE behind it.
//
// Variables that READ_VARIABLE and ASSIGN_VARIABLE use become resource variables, which a subgraph gives
// their initial values; others, such as an LSTM's, variable tensors. TensorFlow Lite starts these from zero.
//
// E0403 where a variable is used in both ways, or an operator has no form in the format.
// Infinities that a node keeps are not said: clamps_infinities tells.
Result<std::string> write_tflite(const Graph& graph);

// True where TensorFlow Lite would make the largest finite number of a result that is infinite here.
bool clamps_infinities(const Graph& graph);

}  // namespace burin
