#include "formats/tflite/writer.hpp"

#include <algorithm>

#include "formats/tflite/node_writer.hpp"

namespace burin {

Result<std::string> write_tflite(const Graph& graph) {
  tflite::Emitter emitter(graph);
  Diagnostics findings;
  for (const Node& node : graph.nodes)
    if (auto refused = tflite::write_node(emitter, node)) findings.push_back(std::move(*refused));
  if (!findings.empty()) return findings;
  return emitter.finish();
}

bool clamps_infinities(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [&](const Node& node) {
    return node.keeps_infinities && graph.at(node.outputs.at(0)).type.dtype == DType::f32;
  });
}

}  // namespace burin
