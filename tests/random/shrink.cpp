#include "random/shrink.hpp"

#include <algorithm>
#include <chrono>
#include <set>

#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "random/generator.hpp"

namespace burin::test {
namespace {

class Shrinker {
 public:
  Shrinker(Graph graph, const std::function<bool(const Graph&)>& fails, int questions)
      : graph_(std::move(graph)),
        fails_(fails),
        questions_(questions),
        start_(std::chrono::steady_clock::now()) {}

  Graph run() {
    bool smaller = true;
    while (smaller && !is_over()) {
      smaller = false;
      smaller |= one_output();
      smaller |= each_node(&Shrinker::cut);
      smaller |= each_node(&Shrinker::known);
      smaller |= each_node(&Shrinker::without_activation);
      smaller |= plain_attributes();
      smaller |= smaller_dimensions();
      smaller |= plain_constants();
      smaller |= plain_quantizations();
    }
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      graph_.nodes[i].name = std::string(name_of(graph_.nodes[i].op));
      graph_.nodes[i].source_index = static_cast<int32_t>(i);
    }
    return graph_;
  }

 private:
  bool is_over() const {
    return questions_ <= 0 || std::chrono::steady_clock::now() - start_ > std::chrono::minutes(1);
  }

  // Takes the candidate where it is valid and fails.
  bool accept(Graph candidate) {
    tidy(candidate);
    if (candidate == graph_ || candidate.outputs.empty() || is_over()) return false;
    if (!broken_rules(candidate).empty() || !check_operators(candidate).empty()) return false;
    --questions_;
    if (!fails_(candidate)) return false;
    graph_ = std::move(candidate);
    return true;
  }

  // Drops inputs that nothing reads.
  static void tidy(Graph& graph) {
    std::set<TensorId> read(graph.outputs.begin(), graph.outputs.end());
    for (const Node& node : graph.nodes) read.insert(node.inputs.begin(), node.inputs.end());
    std::erase_if(graph.inputs, [&](TensorId id) { return !read.contains(id); });
    drop_unused_tensors(graph);
  }

  // Drops nodes that nothing follows from, variables included.
  static void drop_dead(Graph& graph) {
    std::set<TensorId> needed(graph.outputs.begin(), graph.outputs.end());
    for (const Node& node : graph.nodes)
      for (const TensorId id : node.inputs)
        if (id.valid() && graph.at(id).variable && !operator_of(node).facts().changes_state)
          needed.insert(id);
    std::vector<bool> remove(graph.nodes.size());
    for (size_t i = graph.nodes.size(); i-- > 0;) {
      const Node& node = graph.nodes[i];
      bool wanted = std::ranges::any_of(node.outputs, [&](TensorId id) { return needed.contains(id); });
      if (operator_of(node).facts().changes_state)
        wanted |= std::ranges::any_of(node.inputs, [&](TensorId id) { return needed.contains(id); });
      remove[i] = !wanted;
      if (wanted)
        for (const TensorId id : node.inputs)
          if (id.valid()) needed.insert(id);
    }
    remove_nodes(graph, remove);
  }

  bool one_output() {
    bool smaller = false;
    if (graph_.outputs.size() > 1) {
      const Graph before = graph_;
      for (const TensorId id : before.outputs) {
        for (const bool dead : {true, false}) {
          Graph candidate = before;
          candidate.outputs = {id};
          if (dead) drop_dead(candidate);
          if (accept(std::move(candidate))) return true;
        }
      }
      for (size_t i = 0; i < graph_.outputs.size() && graph_.outputs.size() > 1; ++i) {
        Graph candidate = graph_;
        candidate.outputs.erase(candidate.outputs.begin() + static_cast<std::ptrdiff_t>(i));
        if (accept(std::move(candidate))) {
          smaller = true;
          --i;
        }
      }
    }
    Graph candidate = graph_;
    drop_dead(candidate);
    return accept(std::move(candidate)) || smaller;
  }

  bool each_node(bool (Shrinker::*change)(size_t)) {
    bool smaller = false;
    for (size_t i = graph_.nodes.size(); i-- > 0;)
      if (i < graph_.nodes.size()) smaller |= (this->*change)(i);
    return smaller;
  }

  // What a node computes becomes an input.
  bool cut(size_t index) {
    Graph candidate = graph_;
    const Node node = candidate.nodes[index];
    for (const TensorId id : node.outputs) candidate.inputs.push_back(id);
    candidate.nodes.erase(candidate.nodes.begin() + static_cast<std::ptrdiff_t>(index));
    Graph smaller = candidate;
    drop_dead(smaller);
    return accept(std::move(smaller)) || accept(std::move(candidate));
  }

  // The reader of what a node computes reads the node's operand.
  bool known(size_t index) {
    for (const TensorId input : graph_.nodes[index].inputs) {
      if (!input.valid() || graph_.nodes[index].outputs.size() != 1) continue;
      if (graph_.at(input).type.dtype != graph_.at(graph_.nodes[index].outputs[0]).type.dtype) continue;
      Graph candidate = graph_;
      replace_uses(candidate, candidate.nodes[index].outputs[0], input);
      candidate.nodes.erase(candidate.nodes.begin() + static_cast<std::ptrdiff_t>(index));
      if (infer_all(candidate) && accept(std::move(candidate))) return true;
    }
    return false;
  }

  bool without_activation(size_t index) {
    if (graph_.nodes[index].activation == Activation::none) return false;
    Graph candidate = graph_;
    candidate.nodes[index].activation = Activation::none;
    return accept(std::move(candidate));
  }

  static bool infer_all(Graph& graph) {
    return std::ranges::all_of(graph.nodes, [&](const Node& node) { return infer_outputs(graph, node); });
  }

  bool plain_attributes() {
    bool smaller = false;
    for (size_t i = 0; i < graph_.nodes.size(); ++i) {
      const std::vector<NamedAttribute> list = graph_.nodes[i].attributes.list();
      for (size_t k = 0; k < list.size(); ++k) {
        std::vector<NamedAttribute> fewer = list;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(k));
        smaller |= with_attributes(i, fewer);
        if (const auto* integer = std::get_if<int32_t>(&list[k].value); integer && *integer > 1) {
          fewer = list;
          fewer[k].value = *integer - 1;
          smaller |= with_attributes(i, fewer);
        }
      }
    }
    return smaller;
  }

  bool with_attributes(size_t index, const std::vector<NamedAttribute>& list) {
    Graph candidate = graph_;
    std::string error;
    candidate.nodes[index].attributes = operator_of(candidate.nodes[index]).parse_attributes(list, error);
    return error.empty() && infer_all(candidate) && accept(std::move(candidate));
  }

  // The first elements of a constant along every dimension.
  static std::optional<Constant> cropped(const Tensor& tensor, const Shape& shape) {
    const auto width = static_cast<size_t>(byte_width(tensor.type.dtype));
    const std::span<const std::byte> from = tensor.constant->bytes();
    std::vector<std::byte> bytes;
    std::vector<int32_t> at(shape.rank());
    for (int64_t i = 0; i < shape.elements(); ++i) {
      size_t offset = 0;
      for (size_t d = 0; d < shape.rank(); ++d)
        offset =
            offset * static_cast<size_t>(tensor.type.shape[static_cast<int>(d)]) + static_cast<size_t>(at[d]);
      bytes.insert(bytes.end(), from.begin() + static_cast<std::ptrdiff_t>(offset * width),
                   from.begin() + static_cast<std::ptrdiff_t>((offset + 1) * width));
      for (size_t d = shape.rank(); d-- > 0;) {
        if (++at[d] < shape[static_cast<int>(d)]) break;
        at[d] = 0;
      }
    }
    return Constant(std::move(bytes));
  }

  // Every dimension that is `from` becomes `to`, first of one tensor, then everywhere.
  bool smaller_dimensions() {
    bool smaller = false;
    std::set<int32_t> extents;
    for (const Tensor& tensor : graph_.tensors)
      extents.insert(tensor.type.shape.dims().begin(), tensor.type.shape.dims().end());
    for (const int32_t from : extents)
      for (const int32_t to : {1, 2, from / 2, from - 1}) {
        if (to >= from || to < 1) continue;
        const bool changed = resize([](size_t, size_t) { return true; }, from, to);
        smaller |= changed;
        if (changed) break;
      }
    for (size_t t = 0; t < graph_.tensors.size(); ++t)
      for (size_t d = 0; t < graph_.tensors.size() && d < graph_.tensors[t].type.shape.rank(); ++d) {
        const int32_t from = graph_.tensors[t].type.shape[static_cast<int>(d)];
        for (const int32_t to : {1, 2, from / 2, from - 1})
          if (to >= 1 && to < from &&
              resize([&](size_t tensor, size_t axis) { return tensor == t && axis == d; }, from, to)) {
            smaller = true;
            break;
          }
      }
    return smaller;
  }

  template <class Choose>
  bool resize(const Choose& choose, int32_t from, int32_t to) {
    Graph candidate = graph_;
    for (size_t t = 0; t < candidate.tensors.size(); ++t) {
      Tensor& tensor = candidate.tensors[t];
      std::vector<int32_t> dims = tensor.type.shape.dims();
      for (size_t d = 0; d < dims.size(); ++d)
        if (dims[d] == from && choose(t, d)) dims[d] = to;
      const Shape shape(dims);
      if (shape == tensor.type.shape) continue;
      if (tensor.constant) tensor.constant = cropped(tensor, shape);
      Quantization& q = tensor.quantization;
      if (q.scales.size() > 1 && static_cast<size_t>(q.axis) < dims.size()) {
        q.scales.resize(static_cast<size_t>(dims[static_cast<size_t>(q.axis)]));
        q.zero_points.resize(q.scales.size());
      }
      tensor.type.shape = shape;
    }
    return infer_all(candidate) && accept(std::move(candidate));
  }

  bool plain_constants() {
    bool smaller = false;
    Graph zeros = graph_;
    for (Tensor& tensor : zeros.tensors)
      if (tensor.constant) tensor.constant = Constant(Value::zeros(tensor.type).bytes);
    if (accept(std::move(zeros))) return true;
    for (size_t t = 0; t < graph_.tensors.size(); ++t) {
      if (!graph_.tensors[t].constant) continue;
      Graph candidate = graph_;
      candidate.tensors[t].constant = Constant(Value::zeros(graph_.tensors[t].type).bytes);
      smaller |= accept(std::move(candidate));
    }
    return smaller;
  }

  bool plain_quantizations() {
    bool smaller = false;
    Graph plain = graph_;
    for (Tensor& tensor : plain.tensors) std::ranges::fill(tensor.quantization.zero_points, 0);
    smaller |= accept(plain);
    for (Tensor& tensor : plain.tensors) std::ranges::fill(tensor.quantization.scales, 1.0f);
    smaller |= accept(plain);
    for (size_t t = 0; t < graph_.tensors.size(); ++t) {
      if (!graph_.tensors[t].quantization.present()) continue;
      Graph candidate = graph_;
      for (int32_t& zero : candidate.tensors[t].quantization.zero_points) zero = 0;
      smaller |= accept(candidate);
      candidate = graph_;
      for (float& scale : candidate.tensors[t].quantization.scales) scale = 1;
      smaller |= accept(candidate);
    }
    return smaller;
  }

  Graph graph_;
  const std::function<bool(const Graph&)>& fails_;
  int questions_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace

Graph shrink(Graph graph, const std::function<bool(const Graph&)>& fails, int most_questions) {
  return Shrinker(std::move(graph), fails, most_questions).run();
}

}  // namespace burin::test
