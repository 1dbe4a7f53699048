#include "passes/channel_liveness.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "ops/operator.hpp"
#include "passes/channel_ranges.hpp"
#include "support/disjoint_sets.hpp"

namespace burin {
namespace {

// Reshapes with more different pairs of channels are not looked into.
constexpr int64_t longest_period = int64_t{1} << 20;

class Liveness {
 public:
  Liveness(const Graph& graph, const std::vector<std::vector<ValueRange>>& ranges)
      : graph_(graph), ranges_(ranges), producers_(producers(graph)) {
    for (const Tensor& tensor : graph.tensors) {
      first_.push_back(sets_.size());
      for (int64_t c = 0; c < channel_count(tensor); ++c) members_.push_back({sets_.add()});
    }
    tensor_of_.resize(sets_.size());
    for (size_t t = 0; t < first_.size(); ++t)
      for (int64_t c = 0; c < channel_count(graph.tensors[t]); ++c) tensor_of_[element(TensorId(t), c)] = t;
    needed_.resize(sets_.size());
  }

  std::vector<std::vector<bool>> run() {
    layers_.resize(graph_.nodes.size());
    for (size_t i = 0; i < graph_.nodes.size(); ++i) link(graph_.nodes[i], layers_[i]);
    for (const TensorId id : graph_.inputs) need_all(id);
    for (const TensorId id : graph_.outputs) need_all(id);
    for (size_t t = 0; t < graph_.tensors.size(); ++t)
      if (graph_.tensors[t].variable) need_all(TensorId(t));
    for (const TensorId id : pinned_) need_all(id);
    propagate();
    for (const Node& node : graph_.nodes)
      for (const TensorId id : node.outputs) need_some(id, least_channels(node));
    // Of a constant, too, something has to stay where it is joined with others.
    for (const Node& node : graph_.nodes)
      if (node.op == Op::concatenation)
        for (const TensorId id : node.inputs) need_some(id, 1);
    return result();
  }

 private:
  size_t element(TensorId id, int64_t channel) const {
    return first_[id.index] + static_cast<size_t>(channel);
  }
  void join(size_t a, size_t b) {
    a = sets_.find(a);
    b = sets_.find(b);
    if (a == b) return;
    if (members_[a].size() < members_[b].size()) std::swap(a, b);
    sets_.merge(a, b);
    members_[a].insert(members_[a].end(), members_[b].begin(), members_[b].end());
    members_[b].clear();
  }

  void link(const Node& node, std::optional<WeightedLayer>& layer) {
    layer = weighted_layer({graph_, node});
    const TensorId output = node.outputs.empty() ? TensorId() : node.outputs[0];
    if (layer) {
      if (!layer->depthwise) return;
      for (int64_t o = 0; o < layer->outputs; ++o)
        join(element(node.inputs[0], o / layer->multiplicity()), element(output, o));
      return;
    }
    const Operator& definition = operator_of(node);
    const bool simple = node.outputs.size() == 1 && graph_.at(output).type.shape.elements() > 0 &&
                        graph_.at(output).type.shape.rank() > 0 &&
                        std::ranges::all_of(node.inputs, [&](TensorId id) {
                          return id.valid() && graph_.at(id).type.shape.elements() > 0;
                        });
    const int64_t channels = simple ? channel_count(graph_.at(output)) : 0;
    if (simple && definition.traits().reshapes) {
      const int64_t own = channel_count(graph_.at(node.inputs[0]));
      const int64_t period = std::lcm(own, channels);
      if (period > longest_period) return pin(node);
      for (int64_t e = 0; e < period; ++e)
        join(element(node.inputs[0], e % own), element(output, e % channels));
    } else if (simple && definition.is_channelwise({graph_, node})) {
      for (const TensorId id : node.inputs) {
        const int64_t own = channel_count(graph_.at(id));
        if (own == channels)
          for (int64_t c = 0; c < channels; ++c) join(element(id, c), element(output, c));
        else
          pinned_.push_back(id);
        if (own != channels && own != 1) pinned_.push_back(output);
      }
    } else if (simple && node.op == Op::concatenation && total_channels(node) == channels) {
      int64_t next = 0;
      for (const TensorId id : node.inputs)
        for (int64_t c = 0; c < channel_count(graph_.at(id)); ++c)
          join(element(id, c), element(output, next++));
    } else {
      pin(node);
    }
  }

  // Keeps all that the node touches.
  void pin(const Node& node) {
    for (const TensorId id : node.inputs)
      if (id.valid()) pinned_.push_back(id);
    for (const TensorId id : node.outputs) pinned_.push_back(id);
  }

  int64_t total_channels(const Node& node) const {
    int64_t total = 0;
    for (const TensorId id : node.inputs) total += channel_count(graph_.at(id));
    return total;
  }

  void need(size_t any) {
    const size_t group = sets_.find(any);
    if (needed_[group]) return;
    needed_[group] = true;
    pending_.push_back(group);
  }
  void need_all(TensorId id) {
    for (int64_t c = 0; c < channel_count(graph_.at(id)); ++c) need(element(id, c));
  }
  // FULLY_CONNECTED multiplies scales in another way where the weights have one for all outputs, so that
  // weights with several must keep several.
  int64_t least_channels(const Node& node) const {
    return node.op == Op::fully_connected && graph_.at(node.inputs[1]).quantization.scales.size() > 1 ? 2 : 1;
  }
  void need_some(TensorId id, int64_t least) {
    const int64_t channels = channel_count(graph_.at(id));
    const auto is_needed = [&](int64_t c) { return needed_[sets_.find(element(id, c))]; };
    int64_t count = 0;
    for (int64_t c = 0; c < channels; ++c) count += is_needed(c) ? 1 : 0;
    for (int64_t c = 0; c < channels && count < least; ++c) {
      if (is_needed(c)) continue;
      need(element(id, c));
      ++count;
    }
    propagate();
  }

  // Needs what is read for the groups that were found needed since the last time.
  void propagate() {
    while (!pending_.empty()) {
      const size_t group = pending_.back();
      pending_.pop_back();
      for (const size_t member : members_[group]) {
        const TensorId tensor(tensor_of_[member]);
        const NodeId producer = producers_[tensor.index];
        if (producer.valid() && layers_[producer.index] && !layers_[producer.index]->depthwise)
          need_inputs(producer, tensor, static_cast<int64_t>(member - first_[tensor.index]));
      }
    }
  }

  void need_inputs(NodeId id, TensorId output, int64_t channel) {
    if (is_constant(ranges_[output.index], channel)) return;
    const WeightedLayer& layer = *layers_[id.index];
    const TensorId input = graph_.at(id).inputs[0];
    const auto contributions = removable_contributions(layer, channel, ranges_[input.index]);
    for (int64_t c = 0; c < layer.inputs; ++c)
      if (!contributions[static_cast<size_t>(c)]) need(element(input, c));
  }

  std::vector<std::vector<bool>> result() {
    std::vector<std::vector<bool>> kept;
    for (size_t t = 0; t < graph_.tensors.size(); ++t) {
      kept.emplace_back();
      for (int64_t c = 0; c < channel_count(graph_.tensors[t]); ++c)
        kept.back().push_back(needed_[sets_.find(element(TensorId(t), c))]);
    }
    return kept;
  }

  const Graph& graph_;
  const std::vector<std::vector<ValueRange>>& ranges_;
  const std::vector<NodeId> producers_;
  std::vector<std::optional<WeightedLayer>> layers_;  // by node
  std::vector<TensorId> pinned_;
  std::vector<size_t> first_;                 // by tensor: its first element
  std::vector<size_t> tensor_of_;             // by element
  DisjointSets sets_;                         // of elements
  std::vector<std::vector<size_t>> members_;  // by root
  std::vector<bool> needed_;                  // by root
  std::vector<size_t> pending_;
};

}  // namespace

std::vector<std::vector<bool>> needed_channels(const Graph& graph,
                                               const std::vector<std::vector<ValueRange>>& ranges) {
  return Liveness(graph, ranges).run();
}

std::vector<std::optional<int64_t>> removable_contributions(const WeightedLayer& layer, int64_t output,
                                                            const std::vector<ValueRange>& input_ranges) {
  std::vector<std::optional<int64_t>> result(static_cast<size_t>(layer.inputs));
  int64_t lowest = layer.bias_of(output);
  int64_t highest = lowest;
  for (int64_t c = 0; c < layer.inputs; ++c) {
    std::optional<int64_t>& contribution = result[static_cast<size_t>(c)];
    if (!layer.reads(output, c)) {
      contribution = 0;
    } else if (is_constant(input_ranges, c)) {
      contribution = layer.contribution(output, c, input_ranges[static_cast<size_t>(c)].lowest);
      lowest += std::min<int64_t>(contribution.value_or(0), 0);
      highest += std::max<int64_t>(contribution.value_or(0), 0);
    }
  }
  if (lowest >= std::numeric_limits<int32_t>::min() && highest <= std::numeric_limits<int32_t>::max())
    return result;
  for (int64_t c = 0; c < layer.inputs; ++c)
    if (layer.reads(output, c)) result[static_cast<size_t>(c)] = std::nullopt;
  return result;
}

}  // namespace burin
