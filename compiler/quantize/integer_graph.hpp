// From a float graph and what was decided about it to the quantized graph.
#pragma once

#include <string>
#include <vector>

#include "quantize/network_fit.hpp"

namespace burin {

// The element type of the graph's inputs and outputs.
enum class InterfaceType : uint8_t { f32, s8, u8 };

// A node that an operator's constraint does not let compute in int8 with the scales that were found.
struct RefusedNode {
  size_t node = 0;  // of the float graph
  std::string reason{};
};

struct IntegerGraph {
  Graph graph{};  // breaks no rule; keeps all constraints where nothing was refused
  std::vector<RefusedNode> refused{};
};

// Every node that the assignment says so computes in int8; QUANTIZE and DEQUANTIZE stand where integers and
// floats meet. Inputs and outputs keep their names.
IntegerGraph integer_graph(const Graph& graph, const Assignment& assignment,
                           const std::vector<Quantization>& classes,
                           const std::map<size_t, LayerWeights>& layers, InterfaceType interface);

}  // namespace burin
