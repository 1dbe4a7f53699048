// Transposes that need not be done. One that only moves dimensions of a single element changes no byte: it is
// a reshape. And where all that is read of one are slices with one element along the axis that it brings to
// the front, as behind the channel shuffles of PyTorch, the slices are taken before: they read the same
// elements with a stride.
#include <algorithm>
#include <map>
#include <optional>

#include "ir/edit.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"
#include "passes/passes.hpp"

namespace burin {
namespace {

const std::vector<int32_t>& permutation_of(const Node& node) {
  return node.attributes.as<TransposeAttributes>().permutation;
}

bool moves_nothing(const Graph& graph, const Node& node) {
  const Shape& shape = graph.at(node.inputs[0]).type.shape;
  int32_t last = -1;
  for (const int32_t axis : permutation_of(node)) {
    if (shape[axis] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

// The axis that comes to the front while all others keep their order; nothing where that is not all that is
// done.
std::optional<int32_t> axis_to_front(const Node& node) {
  const std::vector<int32_t>& permutation = permutation_of(node);
  if (!std::is_sorted(permutation.begin() + 1, permutation.end())) return std::nullopt;
  return permutation[0];
}

// The place along the first axis, where a slice takes one and all of the others.
std::optional<int32_t> place_of(const Graph& graph, const Node& node) {
  if (node.op != Op::strided_slice || node.activation != Activation::none) return std::nullopt;
  const auto& slice = node.attributes.as<SliceAttributes>();
  const Shape& input = graph.at(node.inputs[0]).type.shape;
  if (slice.extent.empty() || slice.extent[0] != 1) return std::nullopt;
  for (size_t i = 1; i < slice.extent.size(); ++i)
    if (slice.begin[i] != 0 || slice.step[i] != 1 || slice.extent[i] != input[static_cast<int>(i)])
      return std::nullopt;
  return slice.begin[0];
}

class Absorber {
 public:
  explicit Absorber(Graph graph)
      : graph_(std::move(graph)), readers_(uses(graph_)), remove_(graph_.nodes.size()) {}

  Graph run() {
    for (Node& node : graph_.nodes)
      if (node.op == Op::transpose && moves_nothing(graph_, node)) {
        node.op = Op::reshape;
        node.attributes = Attributes::of(NoAttributes{});
      }
    const size_t count = graph_.nodes.size();
    for (size_t i = 0; i < count; ++i)
      if (graph_.nodes[i].op == Op::transpose) slice_before(i);
    if (made_.empty()) return std::move(graph_);
    std::vector<Node> nodes;
    for (size_t i = 0; i < count; ++i) {
      if (const auto made = made_.find(i); made != made_.end())
        nodes.insert(nodes.end(), made->second.begin(), made->second.end());
      else if (!remove_[i])
        nodes.push_back(std::move(graph_.nodes[i]));
    }
    graph_.nodes = std::move(nodes);
    drop_unused_tensors(graph_);
    return std::move(graph_);
  }

 private:
  // The slices that read a tensor, through reshapes that keep its first dimension; false where anything else
  // does. `passed` are the reshapes.
  bool find_slices(TensorId id, int32_t first, std::vector<size_t>& slices,
                   std::vector<size_t>& passed) const {
    if (is_graph_output(graph_, id) || graph_.at(id).variable) return false;
    for (const NodeId reader : readers_[id.index]) {
      const Node& node = graph_.at(reader);
      if (place_of(graph_, node)) {
        slices.push_back(reader.index);
      } else if (node.op == Op::reshape) {
        const Shape& shape = graph_.at(node.outputs[0]).type.shape;
        if (shape.rank() == 0 || shape[0] != first) return false;
        passed.push_back(reader.index);
        if (!find_slices(node.outputs[0], first, slices, passed)) return false;
      } else {
        return false;
      }
    }
    return true;
  }

  void slice_before(size_t number) {
    const Node& transpose = graph_.nodes[number];
    const TensorId source = transpose.inputs[0];
    const auto axis = axis_to_front(transpose);
    if (!axis || graph_.at(source).variable || made_.contains(number)) return;
    const Shape shape = graph_.at(source).type.shape;
    std::vector<size_t> slices;
    std::vector<size_t> passed;
    if (!find_slices(transpose.outputs[0], shape[*axis], slices, passed) || slices.empty()) return;
    // Neither more elements are read than before, nor any one twice.
    if (static_cast<int64_t>(slices.size()) > shape[*axis]) return;
    remove_[number] = true;
    for (const size_t i : passed) remove_[i] = true;
    for (const size_t i : slices) made_[i] = sliced(graph_.nodes[i], source, *axis);
  }

  std::vector<Node> sliced(const Node& slice, TensorId source, int32_t axis) {
    const int32_t place = *place_of(graph_, slice);
    SliceAttributes attributes;
    attributes.extent = graph_.at(source).type.shape.dims();
    attributes.begin.assign(attributes.extent.size(), 0);
    attributes.step.assign(attributes.extent.size(), 1);
    attributes.begin[static_cast<size_t>(axis)] = place;
    attributes.extent[static_cast<size_t>(axis)] = 1;
    Tensor part = graph_.at(slice.outputs[0]);
    part.type.shape = Shape(attributes.extent);
    const TensorId taken = add_tensor(graph_, std::move(part));
    Node before = slice;
    before.inputs[0] = source;
    before.outputs = {taken};
    before.attributes = Attributes::of(attributes);
    Node shaped = slice;
    shaped.op = Op::reshape;
    shaped.attributes = Attributes::of(NoAttributes{});
    shaped.inputs = {taken};
    return {std::move(before), std::move(shaped)};
  }

  Graph graph_;
  std::vector<std::vector<NodeId>> readers_;
  std::vector<bool> remove_;
  std::map<size_t, std::vector<Node>> made_;  // in place of the slices
};

}  // namespace

Graph absorb_transposes(Graph graph, const PassOptions&) {
  return Absorber(std::move(graph)).run();
}

}  // namespace burin
