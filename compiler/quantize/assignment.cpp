#include "quantize/assignment.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "quantize/operator_rules.hpp"

namespace burin {
namespace {

bool is_real_value(const Graph& graph, TensorId id) {
  return id.valid() && graph.at(id).type.dtype == DType::f32 && !graph.at(id).is_constant();
}

std::string why_float(const NodeView& view) {
  for (const TensorId id : view.node.inputs)
    if (id.valid() && view.graph.at(id).variable) return "it keeps state, which stays float";
  return "its operator does not take these operands as int8";
}

}  // namespace

Assignment assign(const Graph& graph, const std::vector<bool>& keep_float) {
  Assignment result;
  result.integer.resize(graph.nodes.size());
  result.reason.resize(graph.nodes.size());
  std::vector<size_t> parent(graph.tensors.size());
  std::iota(parent.begin(), parent.end(), size_t{0});
  const auto find = [&](size_t i) {
    while (parent[i] != i) i = parent[i];
    return i;
  };
  std::vector<bool> quantized(graph.tensors.size(), false);
  std::vector<bool> tied(graph.tensors.size(), false);  // its quantisation is that of an operand
  std::vector<std::optional<Quantization>> fixed(graph.tensors.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodeView view{graph, graph.nodes[i]};
    const auto real = [&](TensorId id) { return id.valid() && graph.at(id).type.dtype == DType::f32; };
    if (!std::ranges::any_of(view.node.inputs, real) && !std::ranges::any_of(view.node.outputs, real))
      continue;
    if (i < keep_float.size() && keep_float[i]) {
      result.reason[i] = "it is to stay float";
      continue;
    }
    if (!takes_int8(view)) {
      result.reason[i] = why_float(view);
      continue;
    }
    result.integer[i] = true;
    std::vector<size_t> together;
    for (const auto* list : {&view.node.inputs, &view.node.outputs})
      for (const TensorId id : *list)
        if (is_real_value(graph, id)) {
          quantized[id.index] = true;
          together.push_back(id.index);
        }
    for (const TensorId id : view.node.outputs)
      if (is_real_value(graph, id)) fixed[id.index] = fixed_output_quantization(view.node.op);
    if (!keeps_quantization(view.node.op)) continue;
    for (const size_t tensor : together) parent[find(tensor)] = find(together[0]);
    for (const TensorId id : view.node.outputs) tied[id.index] = true;
  }
  for (const TensorId id : graph.outputs)
    if (is_real_value(graph, id)) quantized[id.index] = true;
  result.class_of.assign(graph.tensors.size(), Assignment::no_class);
  std::map<size_t, size_t> class_of_root;
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    if (!quantized[i]) continue;
    const auto [place, added] = class_of_root.emplace(find(i), result.classes.size());
    if (added) result.classes.emplace_back();
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
  return result;
}

}  // namespace burin
