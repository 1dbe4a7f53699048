#include "ir/edit.hpp"

#include <utility>

namespace burin {

TensorId add_tensor(Graph& graph, Tensor tensor) {
  graph.tensors.push_back(std::move(tensor));
  return TensorId(graph.tensors.size() - 1);
}

void replace_uses(Graph& graph, TensorId from, TensorId to) {
  const auto replace = [&](TensorId& id) {
    if (id == from) id = to;
  };
  for (Node& node : graph.nodes)
    for (TensorId& input : node.inputs) replace(input);
  for (TensorId& output : graph.outputs) replace(output);
}

void remove_nodes(Graph& graph, const std::vector<bool>& remove) {
  BURIN_CHECK(remove.size() == graph.nodes.size(), "one flag a node");
  std::vector<Node> kept;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (!remove[i]) kept.push_back(std::move(graph.nodes[i]));
  graph.nodes = std::move(kept);
}

void drop_unused_tensors(Graph& graph) {
  std::vector<bool> used(graph.tensors.size());
  const auto mark = [&](TensorId id) {
    if (id.valid()) used.at(id.index) = true;
  };
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.inputs) mark(id);
    for (const TensorId id : node.outputs) mark(id);
  }
  for (const TensorId id : graph.inputs) mark(id);
  for (const TensorId id : graph.outputs) mark(id);

  std::vector<TensorId> renamed(graph.tensors.size());
  std::vector<Tensor> kept;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    if (!used[i]) continue;
    renamed[i] = TensorId(kept.size());
    kept.push_back(std::move(graph.tensors[i]));
  }
  graph.tensors = std::move(kept);
  const auto rename = [&](TensorId& id) {
    if (id.valid()) id = renamed[id.index];
  };
  for (Node& node : graph.nodes) {
    for (TensorId& id : node.inputs) rename(id);
    for (TensorId& id : node.outputs) rename(id);
  }
  for (TensorId& id : graph.inputs) rename(id);
  for (TensorId& id : graph.outputs) rename(id);
}

}  // namespace burin
