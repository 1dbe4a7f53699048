// Drops nodes whose results nothing needs, and the tensors that go with them. A node that writes state is
// needed.
#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "passes/passes.hpp"

namespace burin {

Graph eliminate_dead_code(Graph graph, const PassOptions&) {
  std::vector<bool> needed(graph.tensors.size());
  for (const TensorId id : graph.outputs) needed[id.index] = true;
  std::vector<bool> remove(graph.nodes.size());
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    const Node& node = graph.nodes[i];
    bool live = operator_of(node).facts().changes_state;
    for (const TensorId id : node.outputs) live = live || needed[id.index];
    remove[i] = !live;
    if (!live) continue;
    for (const TensorId id : node.inputs)
      if (id.valid()) needed[id.index] = true;
  }
  remove_nodes(graph, remove);
  drop_unused_tensors(graph);
  return graph;
}

}  // namespace burin
