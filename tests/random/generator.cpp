#include "random/generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "ops/operator.hpp"
#include "random/coverage.hpp"
#include "random/oracle.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin::test {
namespace {

constexpr int64_t most_elements = 1200;  // of a tensor that is no operator's own choice

bool is_variable_operator(const Node& node) {
  return node.op == Op::read_variable || node.op == Op::assign_variable;
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : seed_(seed), random_(seed * 1000003 + 77) {
    graph_.name = fmt::format("random_{}", seed);
  }

  Graph run() {
    const std::vector<const Operator*> operators = all_operators();
    const int32_t nodes = random_.chance(0.15) ? 1 : random_.integer(2, random_.chance(0.2) ? 12 : 7);
    add_first();
    while (static_cast<int32_t>(graph_.nodes.size()) < nodes) add(any_operator(operators));
    choose_outputs();
    if (random_.chance(0.03)) spare_input();
    return std::move(graph_);
  }

 private:
  // Operators that multiply and accumulate are few, and most of what a model does.
  const Operator& any_operator(const std::vector<const Operator*>& operators) {
    const auto draw = [&]() -> const Operator& {
      return *operators[static_cast<size_t>(random_.integer(0, static_cast<int32_t>(operators.size()) - 1))];
    };
    // What the passes look for between them.
    constexpr std::array sought = {Op::relu,     Op::relu6, Op::relu_n1_to_1, Op::minimum, Op::maximum,
                                   Op::quantize, Op::pad,   Op::reshape,      Op::mul,     Op::concatenation};
    if (random_.chance(0.3)) return operator_of(sought[static_cast<size_t>(random_.integer(0, 9))]);
    const Operator& first = draw();
    if (!random_.chance(0.5)) return first;
    for (int i = 0; i < 20; ++i) {
      const Operator& other = draw();
      const Graph sample = sample_graph(other.facts().op, random_);
      if (other.macs({sample, sample.nodes.front()}) > 0) return other;
    }
    return first;
  }

  // One operator in one of its types after the other, so that none is missing among few graphs.
  void add_first() {
    const std::map<std::string, Op>& uses = sampled_operators();
    const auto& [name, op] = *std::next(uses.begin(), static_cast<std::ptrdiff_t>(seed_ % uses.size()));
    for (;;) {
      Graph sample = sample_graph(op, random_);
      if (operator_and_type(sample, sample.nodes.front()) != name) continue;
      vary(sample);
      merge(sample, std::vector<TensorId>(sample.tensors.size()));
      return;
    }
  }

  void add(const Operator& definition) {
    const bool connected = !graph_.nodes.empty() && random_.chance(0.92);
    for (int attempt = 0; connected && attempt < 10; ++attempt) {
      Graph sample = sample_graph(definition.facts().op, random_);
      vary(sample);
      if (connect(sample)) return;
    }
    Graph sample = sample_graph(definition.facts().op, random_);
    std::vector<TensorId> links(sample.tensors.size());
    if (random_.chance(0.5)) glue(sample, links);
    merge(sample, links);
  }

  // A sample whose operands are all known, such as a logarithm's of positive numbers, would be folded: mostly
  // its first operand becomes an input.
  void vary(Graph& sample) {
    const Node& node = sample.nodes.front();
    if (!sample.inputs.empty() || node.inputs.empty() || !node.inputs[0].valid() || random_.chance(0.2))
      return;
    Graph varied = sample;
    Tensor& tensor = varied.at(node.inputs[0]);
    if (!tensor.constant || tensor.variable || tensor.type.shape.elements() == 0) return;
    tensor.constant.reset();
    varied.inputs = {node.inputs[0]};
    if (check_operators(varied).empty()) sample = std::move(varied);
  }

  // ---- connecting ----

  // A tensor of the graph of that element type that a sample may read, the younger the likelier.
  TensorId pick(DType dtype) {
    std::vector<TensorId> fitting;
    for (const TensorId id : pool_)
      if (graph_.at(id).type.dtype == dtype) fitting.push_back(id);
    if (fitting.empty()) return {};
    for (int i = 0; i < 3; ++i) {
      const auto last = static_cast<int32_t>(fitting.size()) - 1;
      const int32_t at =
          random_.chance(0.6) ? random_.integer(std::max(0, last - 2), last) : random_.integer(0, last);
      const TensorId id = fitting[static_cast<size_t>(at)];
      // What never varies hides whatever reads it.
      if (!flat_.at(id.index) || random_.chance(0.2)) return id;
    }
    return {};
  }

  // A shape for an operand beside one of shape `model`.
  Shape related(const Shape& model) {
    std::vector<int32_t> dims = model.dims();
    switch (dims.empty() ? 0 : random_.integer(0, 4)) {
      case 1:
        for (int32_t& extent : dims)
          if (random_.chance(0.5)) extent = 1;
        break;
      case 2:
        dims.erase(dims.begin(), dims.begin() + random_.integer(0, static_cast<int32_t>(dims.size())));
        break;
      case 3:
        dims[static_cast<size_t>(random_.integer(0, static_cast<int32_t>(dims.size()) - 1))] =
            random_.integer(1, 4);
        break;
      default:
        break;
    }
    return Shape(std::move(dims));
  }

  // Another shape of as many elements.
  Shape refactored(const Shape& shape) {
    const auto elements = static_cast<int32_t>(shape.elements());
    std::vector<int32_t> dims;
    switch (random_.integer(0, 3)) {
      case 0:
        return {elements};
      case 1:
        return {1, elements};
      case 2:
        for (int32_t factor = 2; factor <= 7; ++factor)
          if (elements % factor == 0) return {elements / factor, factor};
        return {elements, 1};
      default:
        dims = shape.dims();
        dims.insert(dims.begin() + random_.integer(0, static_cast<int32_t>(dims.size())), 1);
        return Shape(std::move(dims));
    }
  }

  static void take_type(Tensor& tensor, const Tensor& from) {
    tensor.type = from.type;
    tensor.quantization = from.quantization;
  }

  // Replaces some of what the sample reads by tensors of the graph, and merges it. False where that cannot
  // be.
  bool connect(Graph& sample) {
    std::vector<TensorId> links(sample.tensors.size());
    const Graph original = sample;
    bool any = false;
    for (const TensorId id : sample.inputs) {
      if (!random_.chance(0.85)) continue;
      const TensorId found = pick(sample.at(id).type.dtype);
      if (!found.valid()) continue;
      links[id.index] = found;
      take_type(sample.at(id), graph_.at(found));
      any = true;
    }
    any |= link_variables(sample, links);
    if (!any) return false;
    const Graph linked = sample;
    for (int attempt = 0; attempt < 8; ++attempt) {
      sample = linked;
      if (attempt > 0) adapt(sample, original, links);
      const bool shaped = attempt >= 4;
      for (const int mode : output_modes())
        if (settle(sample, original, mode, shaped) && has_inputs_with_elements(sample, links)) {
          merge(sample, links);
          return true;
        }
    }
    return false;
  }

  // Variables of a sample that only reads and assigns them may be variables of the graph.
  bool link_variables(Graph& sample, std::vector<TensorId>& links) {
    if (!std::ranges::all_of(sample.nodes, is_variable_operator) || shared_variables_.empty() ||
        !random_.chance(0.5))
      return false;
    const TensorId found = shared_variables_[static_cast<size_t>(
        random_.integer(0, static_cast<int32_t>(shared_variables_.size()) - 1))];
    for (size_t i = 0; i < sample.tensors.size(); ++i) {
      if (!sample.tensors[i].variable) continue;
      links[i] = found;
      take_type(sample.tensors[i], graph_.at(found));
    }
    for (const TensorId id : sample.inputs) {
      if (links[id.index].valid() && graph_.at(links[id.index]).type != graph_.at(found).type)
        links[id.index] = {};
      if (!links[id.index].valid()) take_type(sample.at(id), graph_.at(found));
    }
    return true;
  }

  // Gives what is not linked shapes like those of what is: inputs, variables, constants that are no weights.
  void adapt(Graph& sample, const Graph& original, const std::vector<TensorId>& links) {
    std::optional<TensorId> model;
    for (const TensorId id : sample.inputs)
      if (links[id.index].valid()) model = id;
    if (!model) return;
    for (size_t i = 0; i < sample.tensors.size(); ++i) {
      Tensor& tensor = sample.tensors[i];
      const bool own =
          !links[i].valid() && (tensor.constant || tensor.variable ||
                                std::ranges::find(sample.inputs, TensorId(i)) != sample.inputs.end());
      if (!own || tensor.quantization.scales.size() > 1) continue;
      const bool alike = original.tensors[i].quantization == original.at(*model).quantization;
      tensor.type.shape = related(sample.at(*model).type.shape);
      if (alike && tensor.type.dtype == sample.at(*model).type.dtype)
        tensor.quantization = sample.at(*model).quantization;
      if (tensor.type.shape.elements() > most_elements) tensor.type.shape = original.tensors[i].type.shape;
      if (tensor.constant) tensor.constant = any_constant(tensor);
    }
  }

  Constant any_constant(const Tensor& tensor) {
    return Constant(random_value(random_, tensor, Spread::whole).bytes);
  }

  std::array<int, 3> output_modes() {
    std::array<int, 3> modes = {0, 1, 2};
    for (size_t i = 2; i > 0; --i)
      std::swap(modes[i], modes[static_cast<size_t>(random_.integer(0, static_cast<int32_t>(i)))]);
    return modes;
  }

  // Quantizations of the outputs: as far from the input's as they were (0), the input's (1), as they were
  // (2).
  bool settle(Graph& sample, const Graph& original, int mode, bool shaped) {
    for (const Node& node : sample.nodes) {
      const Tensor* model = nullptr;
      const Tensor* before = nullptr;
      for (const TensorId id : node.inputs)
        if (id.valid() && !sample.at(id).is_constant()) {
          model = &sample.at(id);
          before = &original.at(id);
          break;
        }
      for (const TensorId id : node.outputs) {
        Tensor& output = sample.at(id);
        const Quantization& was = original.at(id).quantization;
        output.quantization = was;
        if (model == nullptr) continue;
        if (shaped) output.type.shape = refactored(model->type.shape);
        if (output.type.dtype == DType::f32 || !was.per_tensor() || !model->quantization.per_tensor() ||
            !before->quantization.per_tensor())
          continue;
        if (mode == 0)
          output.quantization.scales = {was.scale() * model->quantization.scale() /
                                        before->quantization.scale()};
        if (mode == 1 && output.type.dtype == model->type.dtype) output.quantization = model->quantization;
      }
      if (!infer_outputs(sample, node)) return false;
      // The element type may have become another.
      if (!std::ranges::all_of(node.outputs,
                               [&](TensorId id) { return has_sound_zero_point(sample.at(id)); }))
        return false;
    }
    return true;
  }

  // What a graph takes and gives has elements.
  static bool has_inputs_with_elements(const Graph& sample, const std::vector<TensorId>& links) {
    return std::ranges::all_of(sample.inputs, [&](TensorId id) {
      return links[id.index].valid() || sample.at(id).type.shape.elements() > 0;
    });
  }

  static bool has_sound_zero_point(const Tensor& tensor) {
    if (tensor.type.dtype == DType::f32 || !tensor.quantization.per_tensor()) return true;
    const IntegerRange range = integer_range(tensor.type.dtype);
    const int32_t zero = tensor.quantization.zero_point();
    return zero >= range.lowest && zero <= range.highest;
  }

  // Makes inputs for the sample out of tensors of the graph, whatever these are: quantized, cut or padded,
  // and reshaped. Uses the operators that there are for it.
  void glue(const Graph& sample, std::vector<TensorId>& links) {
    for (const TensorId id : sample.inputs) {
      if (pool_.empty()) return;
      const Tensor wanted = sample.at(id);
      TensorId from = pool_[static_cast<size_t>(random_.integer(0, static_cast<int32_t>(pool_.size()) - 1))];
      if (graph_.at(from).type.shape.elements() == 0 || wanted.type.shape.elements() == 0) continue;
      const auto step = [&](std::string_view op, Tensor output, std::vector<NamedAttribute> attributes) {
        if (!from.valid()) return;
        from = node(op, from, std::move(output), std::move(attributes));
      };
      const auto typed = [&](const Tensor& like, Shape shape) {
        return Tensor{
            .name = "glue", .type = {like.type.dtype, std::move(shape)}, .quantization = like.quantization};
      };
      if (graph_.at(from).type.dtype != wanted.type.dtype) {
        const Shape shape = graph_.at(from).type.shape;
        step(wanted.type.dtype == DType::f32 ? "dequantize" : "quantize", typed(wanted, shape), {});
      }
      if (!from.valid()) continue;
      const Tensor source = graph_.at(from);
      const auto has = static_cast<int32_t>(source.type.shape.elements());
      const auto needs = static_cast<int32_t>(wanted.type.shape.elements());
      if (has > needs) {
        step("reshape", typed(source, {has}), {});
        step("slice", typed(source, {needs}),
             {{"begin", std::vector<int32_t>{random_.integer(0, has - needs)}},
              {"step", std::vector<int32_t>{1}},
              {"extent", std::vector<int32_t>{needs}}});
      } else if (has < needs) {
        step("reshape", typed(source, {1, has}), {});
        const int32_t before = random_.integer(0, needs - has);
        step("pad", typed(source, {1, needs}),
             {{"paddings", std::vector<int32_t>{0, 0, before, needs - has - before}}});
      }
      step("reshape", typed(source, wanted.type.shape), {});
      if (from.valid() && graph_.at(from).quantization == wanted.quantization) links[id.index] = from;
    }
  }

  // One node; nothing where the operator does not take it.
  TensorId node(std::string_view name, TensorId input, Tensor output,
                std::vector<NamedAttribute> attributes) {
    const std::optional<Op> op = op_named(name);
    if (!op) return {};
    std::string error;
    Graph lone;
    Tensor source = graph_.at(input);
    source.constant.reset();
    lone.tensors = {source, std::move(output)};
    lone.inputs = {TensorId(0)};
    lone.nodes.push_back({.op = *op,
                          .inputs = {TensorId(0)},
                          .outputs = {TensorId(1)},
                          .attributes = operator_of(*op).parse_attributes(attributes, error),
                          .name = "glue"});
    if (!error.empty() || !infer_outputs(lone, lone.nodes.front())) return {};
    merge(lone, {input, TensorId()});
    return graph_.nodes.back().outputs[0];
  }

  // ---- merging ----

  void merge(const Graph& sample, std::vector<TensorId> links) {
    std::vector<TensorId> fresh;
    for (size_t i = 0; i < sample.tensors.size(); ++i) {
      if (links[i].valid()) continue;
      Tensor tensor = sample.tensors[i];
      tensor.name = fmt::format("{}_{}", tensor.name, graph_.tensors.size());
      links[i] = add_tensor(graph_, std::move(tensor));
      fresh.push_back(TensorId(i));
    }
    const size_t first = graph_.nodes.size();
    for (Node node : sample.nodes) {
      for (TensorId& id : node.inputs)
        if (id.valid()) id = links[id.index];
      for (TensorId& id : node.outputs) id = links[id.index];
      node.source_index = static_cast<int32_t>(graph_.nodes.size());
      node.name = fmt::format("{}_{}", name_of(node.op), graph_.nodes.size());
      graph_.nodes.push_back(std::move(node));
    }
    for (const TensorId id : sample.inputs) {
      const TensorId own = links[id.index];
      if (std::ranges::find(fresh, id) == fresh.end()) continue;
      if (!becomes_constant(own, first)) {
        graph_.inputs.push_back(own);
        pool_.push_back(own);
      }
    }
    const bool shares_variables = std::ranges::all_of(sample.nodes, is_variable_operator);
    for (const TensorId id : fresh)
      if (shares_variables && graph_.at(links[id.index]).variable)
        shared_variables_.push_back(links[id.index]);
    values_.resize(graph_.tensors.size());
    flat_.resize(graph_.tensors.size());
    for (const TensorId id : fresh) {
      const Tensor& tensor = graph_.at(links[id.index]);
      values_[links[id.index].index] = tensor.constant ? Value::of(tensor.type, tensor.constant->bytes())
                                                       : random_value(random_, tensor, Spread::whole);
    }
    for (size_t i = first; i < graph_.nodes.size(); ++i) observe(i);
  }

  // An operand without a value gets one now and then: work for constant folding, and for kernels with a
  // constant operand.
  bool becomes_constant(TensorId id, size_t first) {
    if (!random_.chance(0.12)) return false;
    Tensor& tensor = graph_.at(id);
    tensor.constant = any_constant(tensor);
    for (size_t i = first; i < graph_.nodes.size(); ++i)
      if (!check_operator({graph_, graph_.nodes[i]}).empty()) {
        tensor.constant.reset();
        return false;
      }
    return true;
  }

  // Evaluates a new node, so that outputs that never vary are known, and gives one another scale if it can.
  void observe(size_t index) {
    const Node node = graph_.nodes[index];
    for (const float factor : {1.0f, 4.0f, 0.25f, 32.0f, 0.03125f}) {
      bool flat = false;
      const Graph before = graph_;
      if (factor != 1.0f) {
        for (const TensorId id : node.outputs) {
          Tensor& output = graph_.at(id);
          if (output.type.dtype == DType::f32 || !output.quantization.per_tensor()) return;
          output.quantization.scales[0] *= factor;
        }
        if (!check_operator({graph_, node}).empty()) {
          graph_ = before;
          continue;
        }
      }
      std::vector<Value> outputs = evaluate_node(graph_, node, Rounding::tflm, values_);
      for (size_t i = 0; i < outputs.size(); ++i) flat |= is_flat(outputs[i]);
      if (flat && factor != 1.0f) {
        graph_ = before;
        continue;
      }
      for (size_t i = 0; i < outputs.size(); ++i) {
        flat_[node.outputs[i].index] = is_flat(outputs[i]);
        values_[node.outputs[i].index] = std::move(outputs[i]);
      }
      if (factor == 1.0f) std::ranges::copy(node.outputs, std::back_inserter(pool_));
      if (!flat) return;
    }
  }

  static bool is_flat(const Value& value) {
    const auto elements = static_cast<size_t>(value.type.shape.elements());
    if (elements < 3) return false;
    const size_t width = value.bytes.size() / elements;
    for (size_t i = width; i < value.bytes.size(); ++i)
      if (value.bytes[i] != value.bytes[i - width]) return false;
    return true;
  }

  // ---- the interface ----

  // Tensors that nothing reads become outputs, or stay dead; some that are read become outputs too.
  void choose_outputs() {
    const std::vector<std::vector<NodeId>> readers = uses(graph_);
    const std::vector<bool> varying = varies();
    std::vector<TensorId> candidates;
    for (const Node& node : graph_.nodes)
      for (const TensorId id : node.outputs)
        if (varying[id.index] && graph_.at(id).type.shape.elements() > 0) candidates.push_back(id);
    if (random_.chance(0.01) && !graph_.inputs.empty()) candidates.push_back(graph_.inputs.front());
    // The value that a variable has in the end may be an output too.
    if (random_.chance(0.1) && !shared_variables_.empty()) candidates.push_back(shared_variables_.front());
    for (const TensorId id : candidates)
      if (random_.chance(readers[id.index].empty() ? 0.85 : 0.08)) graph_.outputs.push_back(id);
    if (graph_.outputs.empty() && !candidates.empty()) graph_.outputs.push_back(candidates.back());
    if (graph_.outputs.empty()) {
      // All is known: read something that is not.
      merge_read();
    }
    if (random_.chance(0.01) && !graph_.outputs.empty()) graph_.outputs.push_back(graph_.outputs.front());
    if (graph_.outputs.size() > 1 && random_.chance(0.3))
      std::swap(graph_.outputs.front(), graph_.outputs.back());
  }

  // True for the tensors that inputs or variables reach.
  std::vector<bool> varies() const {
    std::vector<bool> result(graph_.tensors.size());
    for (const TensorId id : graph_.inputs) result[id.index] = true;
    for (size_t i = 0; i < graph_.tensors.size(); ++i)
      if (graph_.tensors[i].variable) result[i] = true;
    for (const Node& node : graph_.nodes) {
      if (operator_of(node).facts().needs_only_types) continue;
      for (const TensorId id : node.inputs)
        if (id.valid() && result[id.index])
          for (const TensorId output : node.outputs) result[output.index] = true;
    }
    return result;
  }

  void merge_read() {
    const Graph sample = sample_graph(Op::read_variable, random_);
    merge(sample, std::vector<TensorId>(sample.tensors.size()));
    for (const Node& node : graph_.nodes)
      if (!node.outputs.empty()) graph_.outputs = {node.outputs.front()};
  }

  void spare_input() { graph_.inputs.push_back(sample_tensor(graph_, random_, "spare", DType::s8, {3})); }

  uint64_t seed_;
  Random random_;
  Graph graph_;
  std::vector<TensorId> pool_;              // what a sample may read
  std::vector<TensorId> shared_variables_;  // only read and assigned
  std::vector<Value> values_;               // by tensor, of one invocation
  std::vector<bool> flat_;                  // by tensor: all elements are equal in it
};

}  // namespace

bool infer_outputs(Graph& graph, const Node& node) {
  const Operator& definition = operator_of(node);
  const OperatorFacts& facts = definition.facts();
  const auto inputs = static_cast<int32_t>(node.inputs.size());
  const auto outputs = static_cast<int32_t>(node.outputs.size());
  if (inputs < facts.minimum_inputs || inputs > facts.maximum_inputs || outputs < facts.minimum_outputs ||
      outputs > facts.maximum_outputs)
    return false;
  const NodeView view{graph, node};
  for (const Constraint& constraint : definition.constraints())
    if (!constraint.holds(view)) return false;
  const std::vector<TensorType> types = definition.infer(view);
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (!types.at(i).shape.sane() || types[i].shape.elements() > 4 * most_elements) return false;
    graph.at(node.outputs[i]).type = types[i];
  }
  // The constraints may be about outputs, too.
  return check_operator(view).empty();
}

Graph random_graph(uint64_t seed) {
  return Generator(seed).run();
}

}  // namespace burin::test
