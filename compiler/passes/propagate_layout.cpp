// Moves transposes together until they cancel. Converters from PyTorch put one in front of and one behind
// every convolution, as its images have their channels first; what stands between two of them works on any
// order of axes.
//
// Tensors that operators join without regard to their axes' order form a region, and a region is held in one
// order: a permutation of the model's. TRANSPOSE and the reshapes stand between regions. Each is nothing but
// another name for the same bytes where the orders on its two sides fit; else it moves data. The orders are
// chosen so that few bytes move. All other operators, and the model's inputs and outputs, keep the order that
// they have; what an operator reads of an input, or gives to an output, may have another one.
//
// Sums keep their order of summation, so that float32 results stay the same to the last bit.
#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "passes/passes.hpp"
#include "support/disjoint_sets.hpp"

namespace burin {
namespace {

using Permutation = std::vector<int32_t>;  // axis i of what is held is axis [i] of the model's

Permutation identity(size_t rank) {
  Permutation result(rank);
  std::iota(result.begin(), result.end(), 0);
  return result;
}

std::vector<int32_t> permuted(const std::vector<int32_t>& values, const Permutation& order) {
  std::vector<int32_t> result;
  for (const int32_t axis : order) result.push_back(values[static_cast<size_t>(axis)]);
  return result;
}

Permutation inverse(const Permutation& order) {
  Permutation result(order.size());
  for (size_t i = 0; i < order.size(); ++i) result[static_cast<size_t>(order[i])] = static_cast<int32_t>(i);
  return result;
}

// ---- what operators make of an order of axes ----

enum class Behavior : uint8_t {
  fixed,        // tells the axes apart
  boundary,     // between two orders
  elementwise,  // any order; operands are broadcast
  axis,         // any order; an attribute names one axis
  axes,         // any order; an attribute lists some
  each,         // any order; attributes have an element, or two, for each axis
  last,         // any order that leaves the last axis where it is
};

Behavior behavior_of(Op op) {
  const OperatorTraits traits = operator_of(op).traits();
  if (traits.elementwise) return Behavior::elementwise;
  if (traits.reshapes) return Behavior::boundary;
  switch (op) {
    case Op::transpose:
      return Behavior::boundary;
    case Op::prelu:
    case Op::select:
    case Op::select_v2:
      return Behavior::elementwise;
    case Op::concatenation:
    case Op::split:
    case Op::split_v:
      return Behavior::axis;
    case Op::mean:
    case Op::reduce_max:
    case Op::reduce_min:
    case Op::reduce_prod:
    case Op::sum:
    case Op::reverse_v2:
      return Behavior::axes;
    case Op::pad:
    case Op::slice:
    case Op::strided_slice:
      return Behavior::each;
    case Op::softmax:
    case Op::log_softmax:
      return Behavior::last;
    default:
      return Behavior::fixed;
  }
}

bool is_sum(Op op) {
  return op == Op::mean || op == Op::sum || op == Op::reduce_prod;
}

const NamedAttribute* attribute_of(const std::vector<NamedAttribute>& list, std::string_view name) {
  for (const NamedAttribute& each : list)
    if (each.name == name) return &each;
  return nullptr;
}

// The axes that a node's attribute lists, from the start.
std::vector<int32_t> listed_axes(const Node& node, size_t rank) {
  const std::vector<NamedAttribute> list = node.attributes.list();
  std::vector<int32_t> axes = std::get<std::vector<int32_t>>(attribute_of(list, "axes")->value);
  for (int32_t& axis : axes)
    if (axis < 0) axis += static_cast<int32_t>(rank);
  return axes;
}

// Whether the node's operands and results can be held in another order at all. Those that are of its output's
// rank join one region.
bool is_movable(const Graph& graph, const Node& node) {
  const Behavior behavior = behavior_of(node.op);
  if (behavior == Behavior::fixed || behavior == Behavior::boundary) return false;
  const Tensor& output = graph.at(node.outputs[0]);
  const size_t rank = output.type.shape.rank();
  for (const TensorId id : node.inputs) {
    const Tensor& input = graph.at(id);
    if (input.variable || (input.quantization.scales.size() > 1)) return false;
    if (behavior != Behavior::elementwise && input.type.shape.rank() != rank) return false;
  }
  if (behavior == Behavior::each && node.op != Op::pad) {
    const std::vector<NamedAttribute> list = node.attributes.list();
    return std::get<std::vector<int32_t>>(attribute_of(list, "extent")->value) == output.type.shape.dims();
  }
  return true;
}

// The node's attributes for operands in that order; nothing where the node cannot have them so.
std::optional<Attributes> attributes_for(const Graph& graph, const Node& node, const Permutation& order) {
  std::vector<NamedAttribute> list = node.attributes.list();
  const Permutation place = inverse(order);
  const size_t rank = order.size();
  switch (behavior_of(node.op)) {
    case Behavior::last:
      if (order.back() + 1 != static_cast<int32_t>(rank)) return std::nullopt;
      break;
    case Behavior::axis:
      for (NamedAttribute& each : list)
        if (each.name == "axis") {
          int32_t axis = std::get<int32_t>(each.value);
          if (axis < 0) axis += static_cast<int32_t>(rank);
          each.value = place[static_cast<size_t>(axis)];
        }
      break;
    case Behavior::axes: {
      std::vector<int32_t> axes = listed_axes(node, rank);
      std::ranges::sort(axes);
      std::vector<int32_t> places;
      int32_t last = -1;
      for (const int32_t axis : axes) {
        const int32_t to = place[static_cast<size_t>(axis)];
        const bool says_something = graph.at(node.inputs[0]).type.shape[axis] > 1;
        // A sum goes through its axes in their order.
        if (says_something && is_sum(node.op)) {
          if (to < last) return std::nullopt;
          last = to;
        }
        places.push_back(to);
      }
      std::ranges::sort(places);
      for (NamedAttribute& each : list)
        if (each.name == "axes") each.value = places;
      break;
    }
    case Behavior::each:
      for (NamedAttribute& each : list) {
        const auto& values = std::get<std::vector<int32_t>>(each.value);
        std::vector<int32_t> moved;
        if (each.name == "paddings")
          for (const int32_t axis : order) {
            moved.push_back(values[2 * static_cast<size_t>(axis)]);
            moved.push_back(values[2 * static_cast<size_t>(axis) + 1]);
          }
        else
          moved = permuted(values, order);
        each.value = moved;
      }
      break;
    default:
      return node.attributes;
  }
  std::string error;
  Attributes result = operator_of(node).parse_attributes(list, error);
  BURIN_CHECK(error.empty(), error);
  return result;
}

// ---- how the axes on both sides of a boundary correspond ----

// The dimensions of both sides cut into factors that neither side divides further. `from` and `to` list, for
// each axis, its factors; they are numbered by their place in the input, from the first.
struct Correspondence {
  std::vector<int32_t> sizes;
  std::vector<std::vector<int32_t>> from;
  std::vector<std::vector<int32_t>> to;
};

// The same elements in the same order under other dimensions. Nothing where their dimensions cut across each
// other.
std::optional<Correspondence> correspondence(const Shape& from, const Shape& to) {
  // Products of the last dimensions, of both.
  const auto products = [](const Shape& shape) {
    std::vector<int64_t> result = {1};
    for (size_t i = shape.rank(); i-- > 0;) result.push_back(result.back() * shape.dims()[i]);
    return result;
  };
  const std::vector<int64_t> a = products(from);
  const std::vector<int64_t> b = products(to);
  std::vector<int64_t> cuts = a;
  cuts.insert(cuts.end(), b.begin(), b.end());
  std::ranges::sort(cuts);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  for (size_t i = 1; i < cuts.size(); ++i)
    if (cuts[i] % cuts[i - 1] != 0) return std::nullopt;
  Correspondence result;
  const size_t count = cuts.size() - 1;
  for (size_t i = count; i-- > 0;) result.sizes.push_back(static_cast<int32_t>(cuts[i + 1] / cuts[i]));
  const auto factors = [&](const Shape& shape, const std::vector<int64_t>& own) {
    std::vector<std::vector<int32_t>> lists;
    for (size_t axis = 0; axis < shape.rank(); ++axis) {
      std::vector<int32_t> list;
      const int64_t low = own[shape.rank() - axis - 1];
      const int64_t high = own[shape.rank() - axis];
      for (size_t i = count; i-- > 0;)
        if (cuts[i] >= low && cuts[i + 1] <= high) list.push_back(static_cast<int32_t>(count - 1 - i));
      lists.push_back(std::move(list));
    }
    return lists;
  };
  result.from = factors(from, a);
  result.to = factors(to, b);
  return result;
}

std::optional<Correspondence> correspondence(const Graph& graph, const Node& node) {
  const Shape& from = graph.at(node.inputs[0]).type.shape;
  if (node.op != Op::transpose) return correspondence(from, graph.at(node.outputs[0]).type.shape);
  Correspondence result;
  for (const int32_t dim : from.dims()) {
    result.from.emplace_back();
    if (dim == 1) continue;
    result.from.back().push_back(static_cast<int32_t>(result.sizes.size()));
    result.sizes.push_back(dim);
  }
  const std::vector<NamedAttribute> list = node.attributes.list();
  for (const int32_t axis : std::get<std::vector<int32_t>>(attribute_of(list, "permutation")->value))
    result.to.push_back(result.from[static_cast<size_t>(axis)]);
  return result;
}

std::vector<int32_t> factors_in(const std::vector<std::vector<int32_t>>& axes, const Permutation& order) {
  std::vector<int32_t> result;
  for (const int32_t axis : order) {
    const std::vector<int32_t>& list = axes[static_cast<size_t>(axis)];
    result.insert(result.end(), list.begin(), list.end());
  }
  return result;
}

// The order of `axes` that lists the factors as `wanted` does. Nothing where there is none. Axes of one
// element keep their places as far as may be: behind the axis that they stand behind.
std::optional<Permutation> order_for(const std::vector<std::vector<int32_t>>& axes,
                                     const std::vector<int32_t>& wanted) {
  Permutation result;
  size_t next = 0;
  std::vector<bool> taken(axes.size());
  const auto take_units = [&](size_t from) {
    for (size_t axis = from; axis < axes.size() && axes[axis].empty(); ++axis)
      if (!taken[axis]) {
        taken[axis] = true;
        result.push_back(static_cast<int32_t>(axis));
      }
  };
  take_units(0);
  while (next < wanted.size()) {
    size_t axis = 0;
    while (axis < axes.size() && (axes[axis].empty() || axes[axis][0] != wanted[next])) ++axis;
    if (axis == axes.size() || taken[axis]) return std::nullopt;
    for (const int32_t factor : axes[axis])
      if (next >= wanted.size() || wanted[next++] != factor) return std::nullopt;
    taken[axis] = true;
    result.push_back(static_cast<int32_t>(axis));
    take_units(axis + 1);
  }
  return result.size() == axes.size() ? std::optional(result) : std::nullopt;
}

// ---- inputs and outputs ----

Node transposition(TensorId from, TensorId to, const Permutation& order) {
  std::string error;
  Attributes attributes = operator_of(Op::transpose).parse_attributes({{"permutation", order}}, error);
  BURIN_CHECK(error.empty(), error);
  return {.op = Op::transpose, .inputs = {from}, .outputs = {to}, .attributes = std::move(attributes)};
}

// The same graph with a transpose that changes nothing behind each input and in front of each output: what is
// computed from and for them is free to take another order than they have.
Graph with_interface_apart(const Graph& graph) {
  Graph result = graph;
  std::vector<Node> first;
  std::vector<Node> last;
  const auto inner_of = [&](TensorId id) {
    Tensor tensor = graph.at(id);
    return add_tensor(result, std::move(tensor));
  };
  const auto free_to_turn = [&](TensorId id) {
    const Tensor& tensor = graph.at(id);
    return tensor.type.shape.rank() > 1 && !tensor.variable && !tensor.is_constant() &&
           tensor.quantization.scales.size() <= 1;
  };
  for (const TensorId id : graph.inputs) {
    if (!free_to_turn(id) || is_graph_output(graph, id)) continue;
    const TensorId inner = inner_of(id);
    replace_uses(result, id, inner);
    first.push_back(transposition(id, inner, identity(graph.at(id).type.shape.rank())));
    first.back().name = graph.at(id).name;
  }
  const std::vector<NodeId> producer = producers(graph);
  std::vector<TensorId> seen;
  for (const TensorId id : graph.outputs) {
    if (!free_to_turn(id) || !producer[id.index].valid()) continue;
    if (std::ranges::find(seen, id) != seen.end()) continue;
    seen.push_back(id);
    const TensorId inner = inner_of(id);
    for (Node& node : result.nodes)
      for (auto* ids : {&node.inputs, &node.outputs}) std::ranges::replace(*ids, id, inner);
    last.push_back(transposition(inner, id, identity(graph.at(id).type.shape.rank())));
    last.back().name = graph.at(producer[id.index]).name;
    last.back().source_index = graph.at(producer[id.index]).source_index;
  }
  result.nodes.insert(result.nodes.begin(), first.begin(), first.end());
  result.nodes.insert(result.nodes.end(), last.begin(), last.end());
  return result;
}

// Without those reshapes that give an input or an output another name.
Graph without_copies(Graph graph) {
  std::vector<bool> remove(graph.nodes.size());
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    if (node.op != Op::reshape) continue;
    const TensorId from = node.inputs[0];
    const TensorId to = node.outputs[0];
    if (graph.at(from).type.shape != graph.at(to).type.shape) continue;
    const bool reads_input = std::ranges::find(graph.inputs, from) != graph.inputs.end();
    if (reads_input && !is_graph_output(graph, to)) {
      replace_uses(graph, to, from);
      remove[n] = true;
    } else if (!reads_input && is_graph_output(graph, to) && !is_graph_output(graph, from) &&
               producers(graph)[from.index].valid()) {
      for (size_t m = 0; m < graph.nodes.size(); ++m)
        if (m != n)
          for (auto* ids : {&graph.nodes[m].inputs, &graph.nodes[m].outputs})
            std::ranges::replace(*ids, from, to);
      remove[n] = true;
    }
  }
  remove_nodes(graph, remove);
  drop_unused_tensors(graph);
  return graph;
}

// ---- the choice ----

constexpr size_t no_region = SIZE_MAX;

struct Region {
  size_t rank = 0;
  bool pinned = false;
  Permutation order;
  std::vector<size_t> nodes;       // that join it
  std::vector<size_t> boundaries;  // that touch it
};

struct Boundary {
  size_t node = 0;
  size_t input = 0;  // of the node, where it is an operand of fewer dimensions than the output
  bool operand = false;
  TensorId from;
  TensorId to;  // or the node's output, for an operand
  Correspondence axes;
  int64_t bytes = 0;
};

class Layout {
 public:
  explicit Layout(const Graph& graph) : graph_(graph), region_(graph.tensors.size(), no_region) {
    make_regions();
    make_boundaries();
    pin();
  }

  // False where nothing is gained.
  bool choose() {
    const int64_t before = cost();
    if (before == 0) return false;
    int64_t best = before;
    std::vector<Permutation> orders = all_orders();
    // From the model's own orders, and from those that spread from the operators that have one: a region in
    // the middle of others often gains nothing by itself.
    for (const bool spread_first : {false, true}) {
      for (Region& region : regions_) region.order = identity(region.rank);
      if (spread_first) spread_from_pinned();
      for (int round = 0; round < 6; ++round) {
        if (cost() < best) {
          best = cost();
          orders = all_orders();
        }
        // Every other round lets an order spread at no gain, so that a boundary may meet another that it
        // cancels.
        sweep(round % 2 == 0, round % 4 >= 2);
      }
      if (cost() < best) {
        best = cost();
        orders = all_orders();
      }
    }
    for (size_t i = 0; i < regions_.size(); ++i) regions_[i].order = orders[i];
    return best < before;
  }

  const Permutation& order_of(TensorId id) const { return regions_[region_[id.index]].order; }
  bool is_turned(TensorId id) const {
    return region_[id.index] != no_region && order_of(id) != identity(order_of(id).size());
  }
  const std::vector<Boundary>& boundaries() const { return boundaries_; }
  bool is_free(const Boundary& boundary) const {
    return factors_in(boundary.axes.from, order_of(boundary.from)) ==
           factors_in(boundary.axes.to, order_of(boundary.to));
  }

 private:
  void make_regions() {
    DisjointSets sets(graph_.tensors.size());
    std::vector<bool> movable;
    for (const Node& node : graph_.nodes) {
      movable.push_back(is_movable(graph_, node));
      if (!movable.back()) continue;
      const size_t rank = graph_.at(node.outputs[0]).type.shape.rank();
      for (const auto* ids : {&node.inputs, &node.outputs})
        for (const TensorId id : *ids)
          if (!graph_.at(id).is_constant() && graph_.at(id).type.shape.rank() == rank)
            sets.merge(node.outputs[0].index, id.index);
    }
    std::map<size_t, size_t> number;
    for (size_t i = 0; i < graph_.tensors.size(); ++i) {
      if (graph_.tensors[i].is_constant()) continue;
      const auto [entry, fresh] = number.try_emplace(sets.find(i), regions_.size());
      if (fresh) {
        const size_t rank = graph_.tensors[i].type.shape.rank();
        regions_.push_back(
            {.rank = rank, .pinned = false, .order = identity(rank), .nodes = {}, .boundaries = {}});
      }
      region_[i] = entry->second;
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      if (movable[n]) {
        regions_[region_[node.outputs[0].index]].nodes.push_back(n);
      } else if (behavior_of(node.op) != Behavior::boundary) {
        for (const auto* ids : {&node.inputs, &node.outputs})
          for (const TensorId id : *ids) pin(id);
      }
    }
  }

  void make_boundaries() {
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const Node& node = graph_.nodes[n];
      const TensorId output = node.outputs.empty() ? TensorId() : node.outputs[0];
      if (behavior_of(node.op) == Behavior::boundary) {
        const TensorId input = node.inputs[0];
        if (region_[input.index] == no_region || region_[output.index] == no_region) {
          pin(output);
          continue;
        }
        add({n, 0, false, input, output, {}, graph_.at(input).type.bytes()}, correspondence(graph_, node));
      } else if (is_movable(graph_, node)) {
        const Shape& shape = graph_.at(output).type.shape;
        for (size_t i = 0; i < node.inputs.size(); ++i) {
          const Tensor& operand = graph_.at(node.inputs[i]);
          const size_t rank = operand.type.shape.rank();
          if (operand.is_constant() || rank == shape.rank() || rank == 0) continue;
          std::vector<int32_t> dims = operand.type.shape.dims();
          dims.insert(dims.begin(), shape.rank() - rank, 1);
          add({n, i, true, node.inputs[i], output, {}, operand.type.bytes()},
              correspondence(operand.type.shape, Shape(std::move(dims))));
        }
      }
    }
  }

  void add(Boundary boundary, std::optional<Correspondence> axes) {
    if (!axes) {
      pin(boundary.from);
      pin(boundary.to);
      return;
    }
    boundary.axes = std::move(*axes);
    regions_[region_[boundary.from.index]].boundaries.push_back(boundaries_.size());
    if (region_[boundary.from.index] != region_[boundary.to.index])
      regions_[region_[boundary.to.index]].boundaries.push_back(boundaries_.size());
    boundaries_.push_back(std::move(boundary));
  }

  void pin(TensorId id) {
    if (id.valid() && region_[id.index] != no_region) regions_[region_[id.index]].pinned = true;
  }
  void pin() {
    for (const TensorId id : graph_.inputs) pin(id);
    for (const TensorId id : graph_.outputs) pin(id);
    for (size_t i = 0; i < graph_.tensors.size(); ++i)
      if (graph_.tensors[i].variable || graph_.tensors[i].quantization.scales.size() > 1) pin(TensorId(i));
  }

  std::vector<Permutation> all_orders() const {
    std::vector<Permutation> orders;
    for (const Region& region : regions_) orders.push_back(region.order);
    return orders;
  }

  // A byte moved; and a little for every place where any are.
  int64_t cost(const Boundary& boundary) const { return is_free(boundary) ? 0 : boundary.bytes + 16; }
  int64_t cost() const {
    int64_t sum = 0;
    for (const Boundary& boundary : boundaries_) sum += cost(boundary);
    return sum;
  }
  int64_t cost(const Region& region) const {
    int64_t sum = 0;
    for (const size_t i : region.boundaries) sum += cost(boundaries_[i]);
    return sum;
  }

  // Whether all operators of the region can work in that order.
  bool is_possible(const Region& region, const Permutation& order) const {
    for (const size_t n : region.nodes) {
      const Node& node = graph_.nodes[n];
      if (behavior_of(node.op) == Behavior::elementwise) continue;
      const std::optional<Attributes> attributes = attributes_for(graph_, node, order);
      if (!attributes) return false;
      Graph alone;
      Node turned = node;
      turned.attributes = *attributes;
      for (auto* ids : {&turned.inputs, &turned.outputs})
        for (TensorId& id : *ids) {
          Tensor tensor = graph_.at(id);
          tensor.constant.reset();
          tensor.type.shape = Shape(permuted(tensor.type.shape.dims(), order));
          id = add_tensor(alone, std::move(tensor));
        }
      if (!check_operator({alone, turned}).empty()) return false;
    }
    return true;
  }

  // The orders that make one of the region's boundaries free, and the model's own.
  std::vector<Permutation> candidates(const Region& region, size_t number) const {
    std::vector<Permutation> result = {identity(region.rank)};
    for (const size_t i : region.boundaries) {
      const Boundary& boundary = boundaries_[i];
      const bool comes_in = region_[boundary.to.index] == number;
      const bool goes_out = region_[boundary.from.index] == number;
      if (comes_in && goes_out) continue;
      const auto order =
          comes_in ? order_for(boundary.axes.to, factors_in(boundary.axes.from, order_of(boundary.from)))
                   : order_for(boundary.axes.from, factors_in(boundary.axes.to, order_of(boundary.to)));
      if (order && std::ranges::find(result, *order) == result.end()) result.push_back(*order);
      if (result.size() > 16) break;
    }
    return result;
  }

  // Each region takes the order that makes the boundary free over which it is reached first.
  void spread_from_pinned() {
    std::vector<bool> reached(regions_.size());
    std::vector<size_t> queue;
    for (size_t i = 0; i < regions_.size(); ++i)
      if (regions_[i].pinned) {
        reached[i] = true;
        queue.push_back(i);
      }
    // The model's inputs and outputs have orders that are nobody's wish: they come after the operators.
    std::stable_partition(queue.begin(), queue.end(), [&](size_t i) { return !is_interface(i); });
    for (size_t next = 0; next < queue.size(); ++next)
      for (const size_t i : regions_[queue[next]].boundaries) {
        const Boundary& boundary = boundaries_[i];
        for (const size_t number : {region_[boundary.from.index], region_[boundary.to.index]}) {
          if (reached[number]) continue;
          Region& region = regions_[number];
          const bool comes_in = region_[boundary.to.index] == number;
          const auto order =
              comes_in ? order_for(boundary.axes.to, factors_in(boundary.axes.from, order_of(boundary.from)))
                       : order_for(boundary.axes.from, factors_in(boundary.axes.to, order_of(boundary.to)));
          if (!order || !is_possible(region, *order)) continue;
          region.order = *order;
          reached[number] = true;
          queue.push_back(number);
        }
      }
  }

  bool is_interface(size_t number) const {
    const auto holds = [&](TensorId id) { return region_[id.index] == number; };
    return std::ranges::any_of(graph_.inputs, holds) || std::ranges::any_of(graph_.outputs, holds);
  }

  void sweep(bool spread, bool backwards) {
    for (size_t k = 0; k < regions_.size(); ++k) {
      const size_t number = backwards ? regions_.size() - 1 - k : k;
      Region& region = regions_[number];
      if (region.pinned || region.boundaries.empty()) continue;
      const Permutation own = region.order;
      Permutation best = own;
      int64_t least = cost(region);
      for (const Permutation& order : candidates(region, number)) {
        if (order == own) continue;
        region.order = order;
        const int64_t now = cost(region);
        if ((now < least || (spread && now == least)) && is_possible(region, order)) {
          least = now;
          best = order;
        }
      }
      region.order = best;
    }
  }

  const Graph& graph_;
  std::vector<size_t> region_;  // by tensor
  std::vector<Region> regions_;
  std::vector<Boundary> boundaries_;
};

// ---- the graph in the chosen orders ----

class Rewriter {
 public:
  Rewriter(const Graph& graph, const Layout& layout) : old_(graph), layout_(layout), graph_(graph) {
    graph_.nodes.clear();
    for (const Boundary& boundary : layout.boundaries())
      (boundary.operand ? operands_ : boundaries_)[{boundary.node, boundary.input}] = &boundary;
  }

  Graph run() {
    for (size_t i = 0; i < old_.tensors.size(); ++i)
      if (layout_.is_turned(TensorId(i)))
        graph_.tensors[i].type.shape =
            Shape(permuted(old_.tensors[i].type.shape.dims(), layout_.order_of(TensorId(i))));
    for (size_t n = 0; n < old_.nodes.size(); ++n) take(n);
    drop_unused_tensors(graph_);
    return std::move(graph_);
  }

 private:
  void take(size_t n) {
    Node node = old_.nodes[n];
    if (const auto boundary = boundaries_.find({n, 0}); boundary != boundaries_.end()) {
      cross(*boundary->second, node, node.inputs[0], node.outputs[0]);
      return;
    }
    if (node.outputs.empty() || !layout_.is_turned(node.outputs[0])) {
      // Operands of fewer dimensions may come in another order.
      for (size_t i = 0; i < node.inputs.size(); ++i)
        if (const auto operand = operands_.find({n, i});
            operand != operands_.end() && layout_.is_turned(node.inputs[i]))
          node.inputs[i] = crossed(*operand->second, node, node.inputs[i]);
      graph_.nodes.push_back(std::move(node));
      return;
    }
    const Permutation& order = layout_.order_of(node.outputs[0]);
    node.attributes = *attributes_for(old_, node, order);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Tensor& operand = old_.at(node.inputs[i]);
      if (operand.type.shape.rank() == 0) continue;
      if (operand.is_constant())
        node.inputs[i] = turned_constant(node.inputs[i], order);
      else if (const auto lower = operands_.find({n, i}); lower != operands_.end())
        node.inputs[i] = crossed(*lower->second, node, node.inputs[i]);
    }
    graph_.nodes.push_back(std::move(node));
  }

  // A constant operand with all dimensions, in that order.
  TensorId turned_constant(TensorId id, const Permutation& order) {
    const auto [entry, fresh] = constants_.try_emplace({id, order});
    if (!fresh) return entry->second;
    Tensor tensor = old_.at(id);
    std::vector<int32_t> dims = tensor.type.shape.dims();
    dims.insert(dims.begin(), order.size() - dims.size(), 1);
    Graph alone;
    const TensorId from =
        add_tensor(alone, {.type = {tensor.type.dtype, Shape(dims)}, .constant = tensor.constant});
    tensor.type.shape = Shape(permuted(dims, order));
    const TensorId to = add_tensor(alone, {.type = tensor.type});
    const Node turn = transposition(from, to, order);
    tensor.constant = Constant(std::move(evaluate_constant_node(alone, turn, Rounding::tflm)[0].bytes));
    entry->second = add_tensor(graph_, std::move(tensor));
    return entry->second;
  }

  // Dimensions of what an operand of a turned node has to be.
  std::vector<int32_t> operand_dims(const Boundary& boundary) const {
    std::vector<int32_t> dims = old_.at(boundary.from).type.shape.dims();
    const Permutation& order = layout_.order_of(boundary.to);
    dims.insert(dims.begin(), order.size() - dims.size(), 1);
    return permuted(dims, order);
  }

  TensorId crossed(const Boundary& boundary, const Node& node, TensorId from) {
    Tensor tensor = old_.at(boundary.from);
    tensor.type.shape = Shape(operand_dims(boundary));
    if (layout_.is_free(boundary) && tensor.type.shape == graph_.at(from).type.shape) return from;
    const TensorId to = add_tensor(graph_, std::move(tensor));
    cross(boundary, node, from, to);
    return to;
  }

  // From one order to another: other dimensions for the same bytes, or a transpose of as few dimensions as
  // will do, between such changes.
  void cross(const Boundary& boundary, const Node& node, TensorId from, TensorId to) {
    if (layout_.is_free(boundary)) return reshape(node, from, to);
    const std::vector<int32_t> before = factors_in(boundary.axes.from, layout_.order_of(boundary.from));
    const std::vector<int32_t> after = factors_in(boundary.axes.to, layout_.order_of(boundary.to));
    // Factors that stay neighbors move as one.
    std::vector<int32_t> place(boundary.axes.sizes.size());
    for (size_t i = 0; i < after.size(); ++i) place[static_cast<size_t>(after[i])] = static_cast<int32_t>(i);
    std::vector<std::pair<int32_t, int32_t>> groups;  // where it goes to, and its size
    int32_t last = -2;
    for (const int32_t factor : before) {
      const int32_t where = place[static_cast<size_t>(factor)];
      const int32_t size = boundary.axes.sizes[static_cast<size_t>(factor)];
      if (where == last + 1)
        groups.back().second *= size;
      else
        groups.emplace_back(where, size);
      last = where;
    }
    std::vector<int32_t> dims;
    Permutation order = identity(groups.size());
    for (const auto& group : groups) dims.push_back(group.second);
    std::ranges::sort(order, {}, [&](int32_t i) { return groups[static_cast<size_t>(i)].first; });
    const TensorId source = shaped(node, from, Shape(dims));
    Tensor tensor = graph_.at(from);
    tensor.constant.reset();
    tensor.type.shape = Shape(permuted(dims, order));
    const bool last_step = tensor.type.shape == graph_.at(to).type.shape;
    const TensorId turned = last_step ? to : add_tensor(graph_, std::move(tensor));
    Node turn = transposition(source, turned, order);
    turn.name = node.name;
    turn.source_index = node.source_index;
    graph_.nodes.push_back(std::move(turn));
    if (!last_step) reshape(node, turned, to);
  }

  TensorId shaped(const Node& node, TensorId from, Shape shape) {
    if (graph_.at(from).type.shape == shape) return from;
    Tensor tensor = graph_.at(from);
    tensor.constant.reset();
    tensor.type.shape = std::move(shape);
    const TensorId to = add_tensor(graph_, std::move(tensor));
    reshape(node, from, to);
    return to;
  }

  void reshape(const Node& node, TensorId from, TensorId to) {
    graph_.nodes.push_back({.op = Op::reshape,
                            .inputs = {from},
                            .outputs = {to},
                            .attributes = Attributes::of(NoAttributes{}),
                            .name = node.name,
                            .source_index = node.source_index});
  }

  const Graph& old_;
  const Layout& layout_;
  Graph graph_;
  std::map<std::pair<size_t, size_t>, const Boundary*> boundaries_;  // by node and operand
  std::map<std::pair<size_t, size_t>, const Boundary*> operands_;
  std::map<std::pair<TensorId, Permutation>, TensorId> constants_;
};

}  // namespace

Graph propagate_layout(Graph graph, const PassOptions&) {
  const Graph apart = with_interface_apart(graph);
  Layout layout(apart);
  if (!layout.choose()) return graph;
  return without_copies(Rewriter(apart, layout).run());
}

}  // namespace burin
