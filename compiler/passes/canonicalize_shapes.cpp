// Drops reshapes that change nothing and joins chains of them.
#include "ir/edit.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

bool is_reshape(const Node& node) {
  const std::string_view name = name_of(node.op);
  return name == "reshape" || name == "expand_dims" || name == "squeeze";
}

}  // namespace

Graph canonicalize_shapes(Graph graph, const PassOptions&) {
  std::vector<bool> remove(graph.nodes.size());
  const std::vector<NodeId> producer = producers(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    if (!is_reshape(node)) continue;
    // A chain reads what its first member reads; the members between die if nobody else needs them.
    TensorId source = node.inputs[0];
    while (producer[source.index].valid() && is_reshape(graph.at(producer[source.index])))
      source = graph.at(producer[source.index]).inputs[0];
    node.inputs[0] = source;
    const TensorId output = node.outputs[0];
    const bool same = graph.at(source).type == graph.at(output).type &&
                      graph.at(source).quantization == graph.at(output).quantization;
    if (!same || is_graph_output(graph, output)) continue;
    replace_uses(graph, output, source);
    remove[i] = true;
  }
  remove_nodes(graph, remove);
  return graph;
}

}  // namespace burin
