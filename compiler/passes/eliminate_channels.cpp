// Removes channels that nothing reads and channels that are constant.
//
// What a constant channel adds to the accumulators of the layers that read it goes into their biases. A
// constant channel that has to stay, because padding or another operator reads it, gets weights of zero and a
// bias that gives its value, so that what it read may go.
#include <algorithm>
#include <limits>

#include "ir/edit.hpp"
#include "passes/channel_liveness.hpp"
#include "passes/channel_ranges.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

std::vector<int64_t> positions(const std::vector<bool>& kept) {
  std::vector<int64_t> result;
  for (size_t i = 0; i < kept.size(); ++i)
    if (kept[i]) result.push_back(static_cast<int64_t>(i));
  return result;
}

Quantization slice(const Quantization& quantization, int32_t axis, std::span<const int64_t> kept) {
  if (quantization.scales.size() <= 1 || quantization.axis != axis) return quantization;
  Quantization result{.scales = {}, .zero_points = {}, .axis = axis};
  for (const int64_t i : kept) {
    result.scales.push_back(quantization.scale(static_cast<size_t>(i)));
    result.zero_points.push_back(quantization.zero_point(static_cast<size_t>(i)));
  }
  return result;
}

// The tensor with only those of its channels.
Tensor keep_channels(const Tensor& tensor, std::span<const int64_t> kept) {
  Tensor result = tensor;
  std::vector<int32_t> dims = tensor.type.shape.dims();
  const auto channels = static_cast<size_t>(dims.back());
  dims.back() = static_cast<int32_t>(kept.size());
  result.type.shape = Shape(dims);
  result.quantization = slice(tensor.quantization, static_cast<int32_t>(dims.size()) - 1, kept);
  if (!tensor.constant) return result;
  const auto width = static_cast<size_t>(byte_width(tensor.type.dtype));
  const std::span<const std::byte> from = tensor.constant->bytes();
  std::vector<std::byte> bytes;
  for (size_t row = 0; row < from.size(); row += channels * width)
    for (const int64_t c : kept) {
      const auto element = from.subspan(row + static_cast<size_t>(c) * width, width);
      bytes.insert(bytes.end(), element.begin(), element.end());
    }
  result.constant = Constant(std::move(bytes));
  return result;
}

class Rewriter {
 public:
  Rewriter(const Graph& graph, const PassOptions& options)
      : before_(graph),
        ranges_(channel_ranges(graph, options.rounding)),
        kept_(needed_channels(graph, ranges_)) {}

  Graph run() {
    after_ = before_;
    const std::vector<bool> activations = find_activations();
    for (size_t t = 0; t < before_.tensors.size(); ++t)
      if (activations[t] && std::ranges::count(kept_[t], false) > 0)
        after_.tensors[t] = keep_channels(before_.tensors[t], positions(kept_[t]));
    for (Node& node : after_.nodes)
      if (const auto layer = weighted_layer({before_, node})) rewrite(node, *layer);
    drop_unused_tensors(after_);
    return std::move(after_);
  }

 private:
  // The tensors whose channels are cut as such; weights and biases are cut where their layer is rewritten.
  std::vector<bool> find_activations() const {
    std::vector<bool> activations;
    for (const Tensor& tensor : before_.tensors) activations.push_back(!tensor.is_constant());
    for (const Node& node : before_.nodes) {
      const bool weighted = weighted_layer({before_, node}).has_value();
      for (size_t i = 0; i < node.inputs.size(); ++i)
        if (node.inputs[i].valid() && (i == 0 || !weighted)) activations[node.inputs[i].index] = true;
    }
    return activations;
  }

  void rewrite(Node& node, const WeightedLayer& layer) {
    const std::vector<int64_t> outputs = positions(kept_[node.outputs[0].index]);
    const std::vector<int64_t> inputs = positions(kept_[node.inputs[0].index]);
    std::vector<int8_t> weights;
    std::vector<int32_t> biases;
    if (layer.depthwise) {
      for (int64_t tap = 0; tap < layer.taps; ++tap)
        for (const int64_t o : outputs) weights.push_back(layer.weight(o, tap, 0));
      for (const int64_t o : outputs) biases.push_back(static_cast<int32_t>(layer.bias_of(o)));
    } else {
      for (const int64_t o : outputs) {
        const bool constant = is_constant(ranges_[node.outputs[0].index], o);
        for (int64_t tap = 0; tap < layer.taps; ++tap)
          for (const int64_t i : inputs) weights.push_back(constant ? int8_t{0} : layer.weight(o, tap, i));
        biases.push_back(constant ? constant_bias(node, layer, o) : bias(node, layer, o));
      }
    }
    put_biases(node, outputs, biases);
    put_weights(node, layer, outputs, inputs, weights);
  }

  // Any accumulator that the channel reaches gives its value.
  int32_t constant_bias(const Node& node, const WeightedLayer& layer, int64_t output) const {
    return static_cast<int32_t>(layer.accumulators(output, ranges_[node.inputs[0].index]).lowest);
  }

  // With what the removed channels add.
  int32_t bias(const Node& node, const WeightedLayer& layer, int64_t output) const {
    const size_t input = node.inputs[0].index;
    const auto contributions = removable_contributions(layer, output, ranges_[input]);
    int64_t sum = layer.bias_of(output);
    for (size_t c = 0; c < contributions.size(); ++c)
      if (!kept_[input][c]) sum += contributions[c].value();
    return static_cast<int32_t>(sum);
  }

  void put_weights(Node& node, const WeightedLayer& layer, std::span<const int64_t> outputs,
                   std::span<const int64_t> inputs, const std::vector<int8_t>& weights) {
    Constant constant = Constant::of(weights);
    if (after_.at(node.inputs[1]).constant == constant) return;
    Tensor tensor = before_.at(node.inputs[1]);
    std::vector<int32_t> dims = tensor.type.shape.dims();
    const int32_t output_axis = layer.depthwise ? 3 : 0;
    dims[static_cast<size_t>(output_axis)] = static_cast<int32_t>(outputs.size());
    if (!layer.depthwise)
      dims.back() = static_cast<int32_t>(dims.back() / layer.inputs * static_cast<int64_t>(inputs.size()));
    tensor.type.shape = Shape(dims);
    tensor.quantization = slice(tensor.quantization, output_axis, outputs);
    tensor.constant = std::move(constant);
    node.inputs[1] = add_tensor(after_, std::move(tensor));
  }

  void put_biases(Node& node, std::span<const int64_t> outputs, const std::vector<int32_t>& biases) {
    Constant constant = Constant::of(biases);
    Tensor tensor;
    if (node.inputs.size() > 2 && node.inputs[2].valid()) {
      if (after_.at(node.inputs[2]).constant == constant) return;
      tensor = before_.at(node.inputs[2]);
      tensor.quantization = slice(tensor.quantization, 0, outputs);
    } else {
      if (std::ranges::all_of(biases, [](int32_t b) { return b == 0; })) return;
      const Tensor& weights = before_.at(node.inputs[1]);
      node.inputs.resize(3);
      tensor.name = weights.name + "_bias";
      tensor.quantization = slice(weights.quantization, weights.quantization.axis, outputs);
      tensor.quantization.axis = 0;
      // Within what a scale may be: nothing is computed with that of a bias.
      using Limits = std::numeric_limits<float>;
      for (float& scale : tensor.quantization.scales)
        scale =
            std::clamp(scale * before_.at(node.inputs[0]).quantization.scale(), Limits::min(), Limits::max());
    }
    tensor.type = {DType::s32, {static_cast<int32_t>(biases.size())}};
    tensor.constant = std::move(constant);
    node.inputs[2] = add_tensor(after_, std::move(tensor));
  }

  const Graph& before_;
  const std::vector<std::vector<ValueRange>> ranges_;
  const std::vector<std::vector<bool>> kept_;
  Graph after_;
};

// Real models have some thousand channels in all, and are done after three or four turns. Others keep theirs:
// a tensor with 2^28 channels is a few bytes in a file.
constexpr int64_t most_channels = int64_t{1} << 20;
constexpr int most_turns = 16;

bool has_too_many_channels(const Graph& graph) {
  int64_t channels = 0;
  for (const Tensor& tensor : graph.tensors) channels += channel_count(tensor);
  return channels > most_channels;
}

}  // namespace

Graph eliminate_channels(Graph graph, const PassOptions& options) {
  drop_unused_tensors(graph);
  if (has_too_many_channels(graph)) return graph;
  for (int turn = 0; turn < most_turns; ++turn) {
    Graph next = Rewriter(graph, options).run();
    if (next == graph) break;
    graph = std::move(next);
  }
  return graph;
}

}  // namespace burin
