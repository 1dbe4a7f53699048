// From a float graph and what was decided about it to the quantized graph.
#pragma once

#include "quantize/network_fit.hpp"

namespace burin {

// The element type of the graph's inputs and outputs.
enum class InterfaceType : uint8_t { f32, s8, u8 };

// Every node that the assignment says so computes in int8; QUANTIZE and DEQUANTIZE stand where integers and
// floats meet. Inputs and outputs keep their names. The graph keeps all rules and constraints.
Graph integer_graph(const Graph& graph, const Assignment& assignment,
                    const std::vector<Quantization>& classes, const std::map<size_t, LayerWeights>& layers,
                    InterfaceType interface);

}  // namespace burin
