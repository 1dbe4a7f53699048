// Moves a PAD in front of a convolution into the convolution's own padding, which stands for the same value:
// real zero. A pool leaves padding out of its maximum or mean, so that a PAD in front of one stays.
#include <algorithm>

#include "ir/edit.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"
#include "ops/window.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

// No window lies in padding alone, as in what a converter writes: kernels rely on that for speed.
bool reaches_input(const WindowAxis& axis) {
  return axis.pad_before < axis.extent() && axis.pad_after < axis.extent();
}

// The convolution with the padding of the PAD node that makes its input; nothing where it cannot take it.
std::optional<Node> fused(const Graph& graph, const Node& pad, const Node& convolution) {
  if (pad.op != Op::pad || pad.inputs.size() != 1 ||
      (convolution.op != Op::convolution_2d && convolution.op != Op::depthwise_convolution_2d))
    return std::nullopt;
  const Tensor& source = graph.at(pad.inputs[0]);
  const Tensor& padded = graph.at(pad.outputs[0]);
  const std::vector<int32_t>& paddings = pad.attributes.as<PadAttributes>().paddings;
  // PAD fills with its output's zero point, whatever its input's is.
  if (source.variable || source.type.dtype != padded.type.dtype ||
      source.quantization != padded.quantization || paddings.size() != 8 ||
      std::ranges::any_of(paddings, [](int32_t p) { return p < 0; }) || paddings[0] != 0 ||
      paddings[1] != 0 || paddings[6] != 0 || paddings[7] != 0)
    return std::nullopt;
  WindowAttributes attributes = convolution.attributes.as<WindowAttributes>();
  attributes.pad_top += paddings[2];
  attributes.pad_bottom += paddings[3];
  attributes.pad_left += paddings[4];
  attributes.pad_right += paddings[5];
  Node result = convolution;
  result.attributes = Attributes::of(attributes);
  result.inputs[0] = pad.inputs[0];
  if (!check_operator({graph, result}).empty()) return std::nullopt;
  const Shape& weights = graph.at(convolution.inputs[1]).type.shape;
  const Windows windows = attributes.windows(source.type.shape, weights[1], weights[2]);
  if (!reaches_input(windows.height) || !reaches_input(windows.width)) return std::nullopt;
  return result;
}

}  // namespace

Graph fuse_padding(Graph graph, const PassOptions&) {
  const std::vector<NodeId> producer = producers(graph);
  const std::vector<std::vector<NodeId>> readers = uses(graph);
  std::vector<bool> remove(graph.nodes.size());
  for (Node& node : graph.nodes) {
    if (node.inputs.empty() || !node.inputs[0].valid()) continue;
    const TensorId padded = node.inputs[0];
    const NodeId pad = producer[padded.index];
    if (!pad.valid() || readers[padded.index].size() != 1 || is_graph_output(graph, padded)) continue;
    if (std::optional<Node> convolution = fused(graph, graph.at(pad), node)) {
      node = std::move(*convolution);
      remove[pad.index] = true;
    }
  }
  remove_nodes(graph, remove);
  drop_unused_tensors(graph);
  return graph;
}

}  // namespace burin
