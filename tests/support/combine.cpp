#include "support/combine.hpp"

#include <fmt/format.h>

namespace burin::test {

Graph combine(const std::vector<Graph>& graphs) {
  Graph all;
  for (size_t i = 0; i < graphs.size(); ++i) {
    const size_t base = all.tensors.size();
    const auto moved = [&](std::vector<TensorId> ids) {
      for (TensorId& id : ids)
        if (id.valid()) id = TensorId(id.index + base);
      return ids;
    };
    for (Tensor tensor : graphs[i].tensors) {
      tensor.name = fmt::format("{}_{}", tensor.name, i);
      all.tensors.push_back(std::move(tensor));
    }
    for (Node node : graphs[i].nodes) {
      node.inputs = moved(std::move(node.inputs));
      node.outputs = moved(std::move(node.outputs));
      node.source_index = static_cast<int32_t>(all.nodes.size());
      all.nodes.push_back(std::move(node));
    }
    for (const TensorId id : moved(graphs[i].inputs)) all.inputs.push_back(id);
    for (const TensorId id : moved(graphs[i].outputs)) all.outputs.push_back(id);
  }
  return all;
}

}  // namespace burin::test
