#include "ir/graph.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/diagnostic.hpp"

namespace burin {

std::string to_string(const TensorType& type) {
  return fmt::format("{}[{}]", name_of(type.dtype), to_string(type.shape));
}

std::string describe_type(const TensorType& type) {
  return fmt::format("{}[{}]", long_name_of(type.dtype), to_string(type.shape));
}

std::vector<NodeId> producers(const Graph& graph) {
  std::vector<NodeId> result(graph.tensors.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (const TensorId output : graph.nodes[i].outputs) result.at(output.index) = NodeId(i);
  return result;
}

std::vector<std::vector<NodeId>> uses(const Graph& graph) {
  std::vector<std::vector<NodeId>> result(graph.tensors.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    for (const TensorId input : graph.nodes[i].inputs)
      if (input.valid()) result.at(input.index).push_back(NodeId(i));
  return result;
}

bool is_graph_output(const Graph& graph, TensorId id) {
  return std::ranges::find(graph.outputs, id) != graph.outputs.end();
}

std::string describe_place(const Node& node) {
  return fmt::format("op {} \"{}\"", node.source_index, printable(node.name, 80));
}

}  // namespace burin
