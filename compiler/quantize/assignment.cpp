#include "quantize/assignment.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "ir/edit.hpp"

namespace burin {
namespace {

bool is_real_value(const Graph& graph, TensorId id) {
  return id.valid() && graph.at(id).type.dtype == DType::f32 && !graph.at(id).is_constant();
}

std::string why_float(const NodeView& view, Precision wanted) {
  for (const TensorId id : view.node.inputs)
    if (id.valid() && view.graph.at(id).variable) return "it keeps state, which stays float";
  if (wanted == Precision::hybrid) return "its weights do not go with float operands as int8";
  return "its operator does not take these operands as " + std::string(name_of(wanted));
}

// Adds a node wherever an integer tensor is wanted in the other integer type.
class Conversions {
 public:
  Conversions(const Graph& graph, const Assignment& given, Precision edge)
      : from_(graph),
        given_(given),
        edge_(edge),
        home_(graph.tensors.size()),
        wanted_(graph.tensors.size()) {}

  AssignedGraph inserted() {
    find_homes();
    result_.graph = from_;
    result_.graph.nodes.clear();
    for (const TensorId id : from_.inputs) convert(id, -1);
    for (size_t i = 0; i < from_.nodes.size(); ++i) {
      Node node = from_.nodes[i];
      for (TensorId& id : node.inputs)
        if (is_real_value(from_, id) && given_.integer(i)) id = in_precision(id, given_.precision[i]);
      const std::vector<TensorId> made = node.outputs;
      const int32_t source_index = node.source_index;
      add(std::move(node), given_.precision[i], given_.reason[i], i);
      for (const TensorId id : made) convert(id, source_index);
    }
    for (TensorId& id : result_.graph.outputs) {
      if (!is_real_value(from_, id) || home_[id.index] == Precision::f32) continue;
      const TensorId converted = in_precision(id, edge_);
      // What leaves the graph has its name.
      if (converted != id && std::ranges::find(from_.inputs, id) == from_.inputs.end())
        std::swap(result_.graph.at(id).name, result_.graph.at(converted).name);
      id = converted;
    }
    return std::move(result_);
  }

 private:
  // The precision that each integer tensor is made in, and all that it is wanted in.
  void find_homes() {
    for (size_t i = 0; i < from_.nodes.size(); ++i)
      for (const TensorId id : from_.nodes[i].inputs)
        if (given_.integer(i) && is_real_value(from_, id)) wanted_[id.index].insert(given_.precision[i]);
    if (edge_ != Precision::f32)
      for (const TensorId id : from_.outputs)
        if (is_real_value(from_, id)) wanted_[id.index].insert(edge_);
    for (size_t t = 0; t < home_.size(); ++t)
      if (!wanted_[t].empty()) home_[t] = *wanted_[t].rbegin();
    for (const TensorId id : from_.inputs)
      if (!wanted_[id.index].empty() && edge_ != Precision::f32) home_[id.index] = edge_;
    for (size_t i = 0; i < from_.nodes.size(); ++i)
      for (const TensorId id : from_.nodes[i].outputs)
        if (given_.integer(i) && is_real_value(from_, id)) home_[id.index] = given_.precision[i];
  }

  TensorId in_precision(TensorId id, Precision precision) const {
    const auto found = converted_.find({id.index, precision});
    return found == converted_.end() ? id : found->second;
  }

  void convert(TensorId id, int32_t source_index) {
    for (const Precision precision : wanted_[id.index]) {
      if (precision == home_[id.index]) continue;
      Tensor copy = from_.at(id);
      copy.name += "_" + std::string(name_of(precision));
      Node node{.op = Op::reshape,
                .inputs = {id},
                .outputs = {add_tensor(result_.graph, copy)},
                .attributes = Attributes::of(NoAttributes{}),
                .name = copy.name,
                .source_index = source_index};
      converted_[{id.index, precision}] = node.outputs[0];
      add(std::move(node), precision, {}, SIZE_MAX);
    }
  }

  void add(Node node, Precision precision, std::string reason, size_t origin) {
    result_.graph.nodes.push_back(std::move(node));
    result_.assignment.precision.push_back(precision);
    result_.assignment.reason.push_back(std::move(reason));
    result_.assignment.conversion.push_back(origin == SIZE_MAX);
    result_.assignment.origin.push_back(origin);
  }

  const Graph& from_;
  const Assignment& given_;  // precisions and reasons
  Precision edge_;
  std::vector<Precision> home_;              // by tensor; float32 where it is no integer
  std::vector<std::set<Precision>> wanted_;  // by tensor
  std::map<std::pair<uint32_t, Precision>, TensorId> converted_;
  AssignedGraph result_;
};

void find_classes(const Graph& graph, Precision edge, Assignment& result) {
  std::vector<size_t> parent(graph.tensors.size());
  std::iota(parent.begin(), parent.end(), size_t{0});
  const auto find = [&](size_t i) {
    while (parent[i] != i) i = parent[i];
    return i;
  };
  std::vector<Precision> precision(graph.tensors.size(), Precision::f32);
  std::vector<bool> tied(graph.tensors.size(), false);  // its quantization is that of an operand
  std::vector<std::optional<Quantization>> fixed(graph.tensors.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!result.integer(i)) continue;
    const Node& node = graph.nodes[i];
    std::vector<size_t> together;
    for (const auto* list : {&node.inputs, &node.outputs})
      for (const TensorId id : *list)
        if (is_real_value(graph, id) && !(result.conversion[i] && list == &node.inputs)) {
          precision[id.index] = result.precision[i];
          together.push_back(id.index);
        }
    if (result.conversion[i]) continue;
    for (const TensorId id : node.outputs)
      if (is_real_value(graph, id)) fixed[id.index] = fixed_output_quantization(node.op, result.precision[i]);
    if (!keeps_quantization(node.op)) continue;
    for (const size_t tensor : together) parent[find(tensor)] = find(together[0]);
    for (const TensorId id : node.outputs) tied[id.index] = true;
  }
  for (const TensorId id : graph.outputs)
    if (is_real_value(graph, id) && precision[id.index] == Precision::f32) precision[id.index] = edge;
  // What only conversions read.
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (result.conversion[i] && precision[graph.nodes[i].inputs[0].index] == Precision::f32)
      precision[graph.nodes[i].inputs[0].index] =
          result.precision[i] == Precision::s8 ? Precision::s16 : Precision::s8;
  result.class_of.assign(graph.tensors.size(), Assignment::no_class);
  std::map<size_t, size_t> class_of_root;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    if (!is_integer(precision[i])) continue;
    const auto [place, added] = class_of_root.emplace(find(i), result.classes.size());
    if (added) result.classes.push_back({.precision = precision[i]});
    result.classes[place->second].tensors.push_back(TensorId(i));
    result.class_of[i] = place->second;
  }
  // A class takes over what the format fixes where all that it starts from has that.
  for (QuantizationClass& one : result.classes) {
    std::optional<Quantization> common;
    bool all = true;
    for (const TensorId id : one.tensors) {
      if (tied[id.index]) continue;
      if (!fixed[id.index] || (common && *common != *fixed[id.index])) all = false;
      common = fixed[id.index];
    }
    if (all) one.fixed = common;
  }
}

}  // namespace

AssignedGraph assign(const Graph& graph, const std::vector<Precision>& wanted, Precision edge) {
  Assignment decided;
  decided.precision.resize(graph.nodes.size(), Precision::f32);
  decided.reason.resize(graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodeView view{graph, graph.nodes[i]};
    const auto real = [&](TensorId id) { return id.valid() && graph.at(id).type.dtype == DType::f32; };
    if (!std::ranges::any_of(view.node.inputs, real) && !std::ranges::any_of(view.node.outputs, real))
      continue;
    if (wanted[i] == Precision::f32)
      decided.reason[i] = "it is to stay float";
    else if (takes(view, wanted[i]))
      decided.precision[i] = wanted[i];
    else if (wanted[i] != Precision::hybrid ||
             weights_axis(view.node.op))  // the others are float by the scheme
      decided.reason[i] = why_float(view, wanted[i]);
  }
  AssignedGraph result = Conversions(graph, decided, edge).inserted();
  find_classes(result.graph, edge, result.assignment);
  return result;
}

}  // namespace burin
