// From a float graph and what was decided about it to the quantized graph.
#pragma once

#include <string>
#include <vector>

#include "quantize/network_fit.hpp"

namespace burin {

// The element type of the graph's inputs and outputs.
enum class InterfaceType : uint8_t { f32, s8, u8, s16 };

// A node that an operator's constraint does not let compute in integers with the scales that were found.
struct RefusedNode {
  size_t node = 0;  // of the graph that the assignment was made for
  std::string reason{};
};

struct IntegerGraph {
  Graph graph{};  // breaks no rule; keeps all constraints where nothing was refused
  std::vector<RefusedNode> refused{};
};

// Every node computes in the precision of the assignment; QUANTIZE and DEQUANTIZE stand where integers and
// floats meet, and QUANTIZE where int8 and int16 do. Inputs and outputs keep their names. The interface is
// float32, or the assignment's edge has its type.
IntegerGraph integer_graph(const Graph& graph, const Assignment& assignment,
                           const std::vector<Quantization>& classes,
                           const std::map<size_t, LayerWeights>& layers, InterfaceType interface);

}  // namespace burin
