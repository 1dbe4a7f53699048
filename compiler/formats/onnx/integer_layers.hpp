// Integer operators out of operators on real numbers between DEQUANTIZE and QUANTIZE, which is how ONNX
// models say that they are quantized. What cannot be had in integers stays as it is, and is right.
#pragma once

#include <map>

#include "ir/graph.hpp"

namespace burin::onnx {

// `integers`: constants of float32 that the model holds as integers with a scale, and those. Nodes whose
// results nothing needs any more are left in the graph.
Graph make_integer_layers(Graph graph, const std::map<TensorId, TensorId>& integers);

}  // namespace burin::onnx
