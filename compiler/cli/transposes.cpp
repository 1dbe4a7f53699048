#include "cli/transposes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "ops/operator.hpp"
#include "support/identifier.hpp"

namespace burin {
namespace {

class Finder {
 public:
  explicit Finder(const Graph& graph) : graph_(graph), producer_(producers(graph)), readers_(uses(graph)) {}

  std::string reason(const Node& transpose) const {
    const TensorId source = start(transpose.inputs[0]);
    const Node* before = producer_[source.index].valid() ? &graph_.at(producer_[source.index]) : nullptr;
    if (before == nullptr && std::ranges::find(graph_.inputs, source) != graph_.inputs.end())
      return fmt::format(
          "input \"{}\" has the model's order{}", printable(graph_.at(source).name, 40),
          graph_.at(source).type.shape.rank() == 4 ? "; --input-layout NHWC takes it in the kernels'" : "");
    std::vector<const Node*> after;
    if (const auto output = follow(transpose.outputs[0], after))
      return fmt::format("output \"{}\" has the model's order", printable(graph_.at(*output).name, 40));
    const std::string from = before == nullptr ? "a state" : std::string(name_of(before->op));
    if (after.empty()) return fmt::format("nothing but reshapes stands behind {}", from);
    return fmt::format("{} and {} want different orders", from, name_of(after.front()->op));
  }

 private:
  // What a chain of reshapes starts from.
  TensorId start(TensorId id) const {
    while (producer_[id.index].valid()) {
      const Node& node = graph_.at(producer_[id.index]);
      if (!operator_of(node).traits().reshapes || node.op == Op::transpose) break;
      id = node.inputs[0];
    }
    return id;
  }
  // The output that it is, through reshapes; else collects who reads it.
  std::optional<TensorId> follow(TensorId id, std::vector<const Node*>& after) const {
    if (is_graph_output(graph_, id)) return id;
    for (const NodeId reader : readers_[id.index]) {
      const Node& node = graph_.at(reader);
      if (operator_of(node).traits().reshapes && node.op != Op::transpose) {
        if (const auto output = follow(node.outputs[0], after)) return output;
      } else {
        after.push_back(&node);
      }
    }
    return std::nullopt;
  }

  const Graph& graph_;
  std::vector<NodeId> producer_;
  std::vector<std::vector<NodeId>> readers_;
};

}  // namespace

std::vector<RemainingTranspose> remaining_transposes(const Graph& graph) {
  const Finder finder(graph);
  std::vector<RemainingTranspose> result;
  for (const Node& node : graph.nodes)
    if (node.op == Op::transpose)
      result.push_back({node.name, graph.at(node.inputs[0]).type.bytes(), finder.reason(node)});
  return result;
}

}  // namespace burin
