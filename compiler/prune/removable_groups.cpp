#include "prune/removable_groups.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "ops/reduction/attributes.hpp"
#include "passes/channel_ranges.hpp"
#include "support/disjoint_sets.hpp"

namespace burin {
namespace {

// Reshapes with more different pairs of channels are not looked into.
constexpr int64_t longest_period = int64_t{1} << 16;

bool is_one_of(Op op, std::initializer_list<Op> list) {
  return std::ranges::find(list, op) != list.end();
}

// Operators that compute an element of the output from elements of the same channel, or from operands that
// have one element for all channels.
bool is_channelwise(Op op) {
  return is_one_of(
      op, {Op::add, Op::average_pool_2d, Op::div, Op::elu, Op::hard_swish, Op::leaky_relu, Op::logistic,
           Op::max_pool_2d, Op::maximum, Op::minimum, Op::mul, Op::prelu, Op::relu, Op::relu6,
           Op::relu_n1_to_1, Op::sub, Op::tanh, Op::resize_bilinear, Op::resize_nearest_neighbor});
}

bool is_float_constant(const Tensor& tensor) {
  return tensor.is_constant() && tensor.type.dtype == DType::f32;
}

bool has_float_weights(const NodeView& view) {
  return view.node.inputs.size() >= 2 && view.has_input(0) && view.has_input(1) &&
         view.input(0).type.dtype == DType::f32 && view.input(0).type.shape.rank() > 0 &&
         view.input(0).type.shape.elements() > 0 && is_float_constant(view.input(1)) &&
         (!view.has_input(2) || is_float_constant(view.input(2)));
}

class Grouping {
 public:
  explicit Grouping(const Graph& graph) : graph_(graph) {
    for (const Tensor& tensor : graph.tensors) {
      first_.push_back(sets_.size());
      for (int64_t c = 0; c < channel_count(tensor); ++c) sets_.add();
    }
    kept_.resize(sets_.size());
    made_by_layer_.resize(sets_.size());
  }

  std::vector<RemovableGroup> run() {
    for (const Node& node : graph_.nodes) link(node);
    for (const TensorId id : graph_.inputs) keep(id);
    for (const TensorId id : graph_.outputs) keep(id);
    for (size_t t = 0; t < graph_.tensors.size(); ++t)
      if (graph_.tensors[t].variable) keep(TensorId(t));

    std::map<size_t, RemovableGroup> groups;  // by first element
    std::map<size_t, size_t> first_of;        // by root
    std::vector<bool> bad(sets_.size());
    std::vector<bool> made(sets_.size());
    for (size_t e = 0; e < sets_.size(); ++e) {
      if (kept_[e]) bad[sets_.find(e)] = true;
      if (made_by_layer_[e]) made[sets_.find(e)] = true;
    }
    for (size_t t = 0; t < graph_.tensors.size(); ++t) {
      for (int64_t c = 0; c < channel_count(graph_.tensors[t]); ++c) {
        const size_t at = sets_.find(element(TensorId(t), c));
        if (bad[at] || !made[at]) continue;
        const size_t first = first_of.try_emplace(at, element(TensorId(t), c)).first->second;
        groups[first].push_back({TensorId(t), static_cast<int32_t>(c)});
      }
    }
    std::vector<RemovableGroup> result;
    for (auto& [first, group] : groups) result.push_back(std::move(group));
    return result;
  }

 private:
  size_t element(TensorId id, int64_t channel) const {
    return first_[id.index] + static_cast<size_t>(channel);
  }
  void keep(TensorId id) {
    if (!id.valid()) return;
    for (int64_t c = 0; c < channel_count(graph_.at(id)); ++c) kept_[element(id, c)] = true;
  }
  void keep(const Node& node) {
    for (const TensorId id : node.inputs) keep(id);
    for (const TensorId id : node.outputs) keep(id);
  }

  void link(const Node& node) {
    const NodeView view{graph_, node};
    const bool simple = node.outputs.size() == 1 && view.output().type.dtype == DType::f32 &&
                        view.output().type.shape.rank() > 0 && view.output().type.shape.elements() > 0 &&
                        !node.inputs.empty() && std::ranges::all_of(node.inputs, [&](TensorId id) {
                          return !id.valid() || graph_.at(id).type.shape.elements() > 0;
                        });
    if (!simple) return keep(node);
    if (sums_over_channels(view)) {
      for (int64_t c = 0; c < channel_count(view.output()); ++c)
        made_by_layer_[element(node.outputs[0], c)] = true;
    } else if (is_depthwise_layer(view)) {
      const int64_t channels = channel_count(view.output());
      const int64_t multiplier = channels / channel_count(view.input(0));
      // All that it makes of a single channel stands for itself.
      const bool free = channels == multiplier;
      for (int64_t c = 0; c < channels; ++c)
        if (free)
          made_by_layer_[element(node.outputs[0], c)] = true;
        else
          sets_.merge(element(node.inputs[0], c / multiplier), element(node.outputs[0], c));
    } else if (is_one_of(node.op, {Op::reshape, Op::expand_dims, Op::squeeze})) {
      link_reshape(node);
    } else if (is_channelwise(node.op)) {
      link_channelwise(node);
    } else if (keeps_channels(view)) {
      for (int64_t c = 0; c < channel_count(view.output()); ++c)
        for (const TensorId id : node.inputs) sets_.merge(element(id, c), element(node.outputs[0], c));
    } else if (node.op == Op::concatenation) {
      link_joined_channels(node);
    } else {
      keep(node);
    }
  }

  void link_reshape(const Node& node) {
    const TensorId from = node.inputs[0];
    const TensorId to = node.outputs[0];
    const int64_t before = channel_count(graph_.at(from));
    const int64_t after = channel_count(graph_.at(to));
    // Only where one channel of either side is made of whole channels of the other.
    const int64_t period = std::lcm(before, after);
    if (period > longest_period || period != std::max(before, after)) return keep(node);
    for (int64_t e = 0; e < period; ++e) sets_.merge(element(from, e % before), element(to, e % after));
  }

  void link_channelwise(const Node& node) {
    const int64_t channels = channel_count(graph_.at(node.outputs[0]));
    for (const TensorId id : node.inputs) {
      if (!id.valid()) continue;
      const int64_t own = channel_count(graph_.at(id));
      if (own == channels)
        for (int64_t c = 0; c < channels; ++c) sets_.merge(element(id, c), element(node.outputs[0], c));
      else if (own == 1 && graph_.at(id).is_constant())
        continue;
      else
        keep(node);
    }
  }

  // Reductions, paddings and joins that do not work along the channels.
  bool keeps_channels(const NodeView& view) const {
    const auto rank = static_cast<int32_t>(view.input(0).type.shape.rank());
    const bool same = std::ranges::all_of(view.node.inputs, [&](TensorId id) {
      return id.valid() && channel_count(graph_.at(id)) == channel_count(view.output());
    });
    if (!same || rank == 0) return false;
    if (view.node.op == Op::mean) {
      const std::vector<int32_t>& axes = view.attributes<MeanAttributes>().axes;
      return !axes.empty() &&
             std::ranges::none_of(axes, [&](int32_t a) { return a == rank - 1 || a == -1; }) &&
             view.output().type.shape.rank() > 0;
    }
    return view.node.op == Op::pad || view.node.op == Op::concatenation;
  }

  void link_joined_channels(const Node& node) {
    int64_t total = 0;
    for (const TensorId id : node.inputs) total += channel_count(graph_.at(id));
    if (total != channel_count(graph_.at(node.outputs[0]))) return keep(node);
    int64_t next = 0;
    for (const TensorId id : node.inputs)
      for (int64_t c = 0; c < channel_count(graph_.at(id)); ++c)
        sets_.merge(element(id, c), element(node.outputs[0], next++));
  }

  const Graph& graph_;
  std::vector<size_t> first_;  // by tensor: its first element
  DisjointSets sets_;          // of elements
  std::vector<bool> kept_;     // by element
  std::vector<bool> made_by_layer_;
};

// Every element of `from` whose position along `axis` is among `kept`.
std::vector<float> kept_along(std::span<const float> from, int64_t before, int64_t length, int64_t after,
                              std::span<const int64_t> kept) {
  std::vector<float> result;
  result.reserve(static_cast<size_t>(before * after) * kept.size());
  for (int64_t b = 0; b < before; ++b)
    for (const int64_t k : kept) {
      const auto at = from.begin() + (b * length + k) * after;
      result.insert(result.end(), at, at + after);
    }
  return result;
}

class Removal {
 public:
  Removal(const Graph& graph, const std::vector<RemovableGroup>& groups) : before_(graph), after_(graph) {
    std::vector<std::vector<bool>> removed;
    for (const Tensor& tensor : graph.tensors)
      removed.emplace_back(static_cast<size_t>(channel_count(tensor)));
    for (const RemovableGroup& group : groups)
      for (const Channel& channel : group)
        removed[channel.tensor.index][static_cast<size_t>(channel.channel)] = true;
    for (const std::vector<bool>& tensor : removed) {
      kept_.emplace_back();
      for (size_t c = 0; c < tensor.size(); ++c)
        if (!tensor[c]) kept_.back().push_back(static_cast<int64_t>(c));
      BURIN_CHECK(!kept_.back().empty() || tensor.empty(), "all channels of a tensor removed");
    }
  }

  Graph run() {
    for (size_t t = 0; t < before_.tensors.size(); ++t)
      if (shrinks(TensorId(t)) && !before_.tensors[t].constant) shrink_type(after_.tensors[t], TensorId(t));
    for (Node& node : after_.nodes) {
      const NodeView view{before_, node};
      if (sums_over_channels(view) || is_depthwise_layer(view)) {
        const Node old = node;
        shrink_layer(node, {before_, old});
      } else {
        for (TensorId& id : node.inputs)
          if (id.valid() && before_.at(id).constant && shrinks(id)) id = shrunk_constant(id);
      }
    }
    drop_unused_tensors(after_);
    return std::move(after_);
  }

 private:
  bool shrinks(TensorId id) const {
    return static_cast<int64_t>(kept_[id.index].size()) < channel_count(before_.at(id));
  }
  void shrink_type(Tensor& tensor, TensorId id) const {
    std::vector<int32_t> dims = tensor.type.shape.dims();
    dims.back() = static_cast<int32_t>(kept_[id.index].size());
    tensor.type.shape = Shape(dims);
  }
  TensorId shrunk_constant(TensorId id) {
    Tensor tensor = before_.at(id);
    const int64_t channels = channel_count(tensor);
    tensor.constant = Constant::of(kept_along(
        tensor.constant->as<float>(), tensor.type.shape.elements() / channels, channels, 1, kept_[id.index]));
    shrink_type(tensor, id);
    return add_tensor(after_, std::move(tensor));
  }

  void shrink_layer(Node& node, const NodeView& view) {
    const std::vector<int64_t>& inputs = kept_[view.node.inputs[0].index];
    const std::vector<int64_t>& outputs = kept_[view.node.outputs[0].index];
    const bool depthwise = is_depthwise_layer(view);
    const int64_t channels = channel_count(view.input(0));
    if (!shrinks(view.node.inputs[0]) && !shrinks(view.node.outputs[0])) return;
    Tensor weights = view.input(1);
    std::vector<int32_t> dims = weights.type.shape.dims();
    const auto values = weights.constant->as<float>();
    if (depthwise) {
      const int64_t length = dims.back();
      weights.constant =
          Constant::of(kept_along(values, weights.type.shape.elements() / length, length, 1, outputs));
      dims.back() = static_cast<int32_t>(outputs.size());
    } else {
      const int64_t rows = dims.front();
      const int64_t row = weights.type.shape.elements() / rows;
      const std::vector<float> fewer = kept_along(values, 1, rows, row, outputs);
      weights.constant = Constant::of(
          kept_along(fewer, static_cast<int64_t>(outputs.size()) * (row / channels), channels, 1, inputs));
      dims.front() = static_cast<int32_t>(outputs.size());
      dims.back() = static_cast<int32_t>(dims.back() / channels * static_cast<int64_t>(inputs.size()));
    }
    weights.type.shape = Shape(dims);
    node.inputs[1] = add_tensor(after_, std::move(weights));
    if (!view.has_input(2) || !shrinks(view.node.outputs[0])) return;
    Tensor bias = view.input(2);
    const int64_t length = bias.type.shape.elements();
    bias.constant = Constant::of(kept_along(bias.constant->as<float>(), 1, length, 1, outputs));
    bias.type.shape = {static_cast<int32_t>(outputs.size())};
    node.inputs[2] = add_tensor(after_, std::move(bias));
  }

  const Graph& before_;
  Graph after_;
  std::vector<std::vector<int64_t>> kept_;  // by tensor: channels
};

}  // namespace

bool sums_over_channels(const NodeView& view) {
  if (!has_float_weights(view)) return false;
  const Shape& weights = view.input(1).type.shape;
  const int64_t channels = channel_count(view.input(0));
  if (view.node.op == Op::convolution_2d) return weights.rank() == 4 && weights[3] == channels;
  return view.node.op == Op::fully_connected && weights.rank() == 2 && weights[1] % channels == 0;
}

bool is_depthwise_layer(const NodeView& view) {
  return view.node.op == Op::depthwise_convolution_2d && has_float_weights(view);
}

std::vector<RemovableGroup> removable_groups(const Graph& graph) {
  return Grouping(graph).run();
}

Graph remove_channels(const Graph& graph, const std::vector<RemovableGroup>& groups) {
  return Removal(graph, groups).run();
}

}  // namespace burin
