#include "prune/separate_activations.hpp"

#include "ir/edit.hpp"
#include "ops/operator.hpp"

namespace burin {

Graph separate_activations(Graph graph) {
  std::vector<Node> nodes;
  for (Node node : graph.nodes) {
    if (node.activation == Activation::none) {
      nodes.push_back(std::move(node));
      continue;
    }
    const Op op = node.activation == Activation::relu    ? Op::relu
                  : node.activation == Activation::relu6 ? Op::relu6
                                                         : Op::relu_n1_to_1;
    Tensor sum = graph.at(node.outputs[0]);
    sum.name += "_sum";
    std::string error;
    Node activation{.op = op,
                    .inputs = {add_tensor(graph, std::move(sum))},
                    .outputs = {node.outputs[0]},
                    .attributes = operator_of(op).parse_attributes({}, error),
                    .name = node.name,
                    .source_index = node.source_index};
    node.activation = Activation::none;
    node.outputs[0] = activation.inputs[0];
    nodes.push_back(std::move(node));
    nodes.push_back(std::move(activation));
  }
  graph.nodes = std::move(nodes);
  return graph;
}

Graph fuse_separate_activations(Graph graph) {
  const auto readers = uses(graph);
  const auto makers = producers(graph);
  std::vector<bool> remove(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const Activation activation = node.op == Op::relu           ? Activation::relu
                                  : node.op == Op::relu6        ? Activation::relu6
                                  : node.op == Op::relu_n1_to_1 ? Activation::relu_n1_to_1
                                                                : Activation::none;
    if (activation == Activation::none || is_graph_output(graph, node.inputs[0])) continue;
    const NodeId maker = makers[node.inputs[0].index];
    if (!maker.valid() || readers[node.inputs[0].index].size() != 1) continue;
    Node& before = graph.at(maker);
    if (before.activation != Activation::none || !operator_of(before).facts().activation) continue;
    before.activation = activation;
    before.outputs[0] = node.outputs[0];
    remove[i] = true;
  }
  remove_nodes(graph, remove);
  drop_unused_tensors(graph);
  return graph;
}

}  // namespace burin
