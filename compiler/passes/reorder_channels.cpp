// A transpose that only changes the order of a layer's output channels, as the shuffles of ShuffleNets and
// SINet are once images have their channels behind: the layer computes them in that order, and nothing is
// moved. Each channel's sum is the one that it was.
#include <algorithm>
#include <optional>

#include "ir/edit.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"
#include "ops/weighted/attributes.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

class Reorderer {
 public:
  explicit Reorderer(Graph graph)
      : graph_(std::move(graph)), producer_(producers(graph_)), readers_(uses(graph_)) {}

  Graph run() {
    for (Node& node : graph_.nodes) {
      if (node.op != Op::transpose) continue;
      const auto layer = layer_before(node.inputs[0]);
      if (!layer) continue;
      const auto order = channel_order(node, channels_of(graph_.at(*layer)));
      if (!order) continue;
      reorder(graph_.at(*layer), *order);
      node.op = Op::reshape;
      node.attributes = Attributes::of(NoAttributes{});
      changed_ = true;
    }
    if (changed_) drop_unused_tensors(graph_);
    return std::move(graph_);
  }

 private:
  // The layer that a tensor comes from through reshapes, where nothing else reads what is on the way.
  std::optional<NodeId> layer_before(TensorId id) const {
    while (true) {
      const NodeId producer = producer_[id.index];
      if (!producer.valid() || readers_[id.index].size() != 1 || is_graph_output(graph_, id) ||
          graph_.at(id).variable)
        return std::nullopt;
      const Node& node = graph_.at(producer);
      if (node.op == Op::reshape) {
        id = node.inputs[0];
        continue;
      }
      return can_reorder(node) ? std::optional(producer) : std::nullopt;
    }
  }

  // Convolutions without groups, and products with a matrix.
  bool can_reorder(const Node& node) const {
    if (node.op != Op::convolution_2d && node.op != Op::fully_connected) return false;
    if (graph_.at(node.outputs[0]).quantization.scales.size() > 1) return false;
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      if (!node.inputs[i].valid()) continue;
      const Tensor& tensor = graph_.at(node.inputs[i]);
      if (!tensor.is_constant()) return false;
      if (tensor.type.shape.rank() == 0 || tensor.type.shape[0] != channels_of(node)) return false;
      if (tensor.quantization.scales.size() > 1 && tensor.quantization.axis != 0) return false;
    }
    return node.op == Op::fully_connected ||
           graph_.at(node.inputs[1]).type.shape[-1] == graph_.at(node.inputs[0]).type.shape[-1];
  }

  int32_t channels_of(const Node& node) const { return graph_.at(node.inputs[1]).type.shape[0]; }

  // For each channel behind the transpose, the one that it was; nothing where more than channels move.
  std::optional<std::vector<int32_t>> channel_order(const Node& transpose, int32_t channels) const {
    const Shape& shape = graph_.at(transpose.inputs[0]).type.shape;
    const std::vector<int32_t>& permutation = transpose.attributes.as<TransposeAttributes>().permutation;
    // The axes that together are the channels.
    size_t first = shape.rank();
    int64_t product = 1;
    while (first > 0 && product < channels) product *= shape.dims()[--first];
    if (product != channels) return std::nullopt;
    for (size_t i = 0; i < first; ++i)
      if (permutation[i] != static_cast<int32_t>(i)) return std::nullopt;
    std::vector<int32_t> order = {0};
    for (size_t i = first; i < shape.rank(); ++i) {
      const auto axis = static_cast<size_t>(permutation[i]);
      int32_t stride = 1;
      for (size_t j = axis + 1; j < shape.rank(); ++j) stride *= shape.dims()[j];
      std::vector<int32_t> longer;
      for (const int32_t start : order)
        for (int32_t k = 0; k < shape.dims()[axis]; ++k) longer.push_back(start + k * stride);
      order = std::move(longer);
    }
    return order;
  }

  void reorder(Node& node, const std::vector<int32_t>& order) {
    for (size_t i = 1; i < node.inputs.size(); ++i)
      if (node.inputs[i].valid()) node.inputs[i] = reordered(node.inputs[i], order);
  }

  // The constant with its first axis in that order; its quantization goes with it.
  TensorId reordered(TensorId id, const std::vector<int32_t>& order) {
    Tensor tensor = graph_.at(id);
    const std::span<const std::byte> bytes = tensor.constant->bytes();
    const size_t row = bytes.size() / order.size();
    std::vector<std::byte> moved;
    moved.reserve(bytes.size());
    for (const int32_t channel : order) {
      const auto part = bytes.subspan(static_cast<size_t>(channel) * row, row);
      moved.insert(moved.end(), part.begin(), part.end());
    }
    tensor.constant = Constant(std::move(moved));
    const auto move_each = [&](auto& values) {
      if (values.size() != order.size() || order.size() == 1) return;
      const auto before = values;
      for (size_t i = 0; i < order.size(); ++i) values[i] = before[static_cast<size_t>(order[i])];
    };
    move_each(tensor.quantization.scales);
    move_each(tensor.quantization.zero_points);
    return add_tensor(graph_, std::move(tensor));
  }

  Graph graph_;
  std::vector<NodeId> producer_;
  std::vector<std::vector<NodeId>> readers_;
  bool changed_ = false;
};

}  // namespace

Graph reorder_channels(Graph graph, const PassOptions&) {
  return Reorderer(std::move(graph)).run();
}

}  // namespace burin
