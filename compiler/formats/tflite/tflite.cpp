#include "formats/tflite/tflite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "formats/constants.hpp"
#include "formats/operator_table.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "formats/tflite/operators/stated_shapes.hpp"
#include "formats/tflite/options.hpp"
#include "formats/tflite/resources.hpp"
#include "formats/tflite/tensors.hpp"
#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace tflite {
namespace {

// A reader asked for an operand that the file does not give.
struct MissingOperand : std::out_of_range {
  using std::out_of_range::out_of_range;
};

class TfliteOperator final : public SourceOperator {
 public:
  TfliteOperator(Graph& graph, const schema::Operator& op, std::string_view name)
      : graph_(graph), options_(op, name) {}

  const std::vector<TensorId>& inputs() const override { return inputs_; }
  const std::vector<TensorId>& outputs() const override { return outputs_; }
  const std::vector<TensorId>& intermediates() const override { return intermediates_; }
  const Tensor& tensor(TensorId id) const override {
    if (!id.valid()) throw MissingOperand("operand");
    return graph_.at(id);
  }
  int64_t integer(std::string_view field) const override { return options_.integer(field); }
  float real(std::string_view field) const override { return options_.real(field); }
  std::vector<int32_t> integers(std::string_view field) const override { return options_.integers(field); }

  TensorId add_tensor(Tensor tensor) override { return burin::add_tensor(graph_, std::move(tensor)); }
  void add_node(NodeDraft node) override { drafts_.push_back(std::move(node)); }

  std::vector<TensorId> inputs_;
  std::vector<TensorId> outputs_;
  std::vector<TensorId> intermediates_;
  std::vector<NodeDraft> drafts_;  // in front of the one that the reader returns

 private:
  Graph& graph_;
  Options options_;
};

// What to do about an operator that is not supported, by its name where it is a custom one.
std::string advice_on(std::string_view custom) {
  if (custom.starts_with("Flex"))
    return "it is an operator of TensorFlow that the converter passed on: convert again with supported_ops = "
           "[tf.lite.OpsSet.TFLITE_BUILTINS], which names what has to be written differently";
  if (custom == "ethos-u")
    return "the file was made by Vela for an Ethos-U: give Burin the file that Vela was given";
  if (custom.starts_with("edgetpu"))
    return "the file was compiled for an Edge TPU: give Burin the file that edgetpu_compiler was given";
  return "`burin ops` lists the supported operators";
}

class Importer {
 public:
  explicit Importer(const File& file)
      : file_(file),
        model_(file.model()),
        budget_(4 * file.bytes().size() + (1u << 20)),
        reading_(256 * file.bytes().size() + (64u << 20)),
        folder_(16 * file.bytes().size() + (1u << 20)),
        reader_(file, budget_) {}

  void run() {
    if (size_of(model_.subgraphs()) == 0) {
      file_findings_.push_back(finding(DiagnosticCode::E0303, "the model has no subgraph"));
      return;
    }
    subgraph_ = model_.subgraphs()->Get(0);
    tensors_ = reader_.read(*subgraph_);
    file_findings_ = tensors_.diagnostics;
    const FoldOperator fold = [this](Graph& graph, const schema::Operator& op) { return fold_in(graph, op); };
    Resources resources = resolve_resources(file_, tensors_, reader_, budget_, fold);
    take_tensors(resources);
    take_interface(subgraph_->inputs(), "an input", graph_.inputs);
    take_interface(subgraph_->outputs(), "an output", graph_.outputs);
    check_usable(subgraph_->inputs(), "an input");
    mark_empty_constants();
    for (size_t i = 0; i < size_of(subgraph_->operators()); ++i) {
      const schema::Operator& op = *subgraph_->operators()->Get(static_cast<uint32_t>(i));
      if (op.opcode_index() >= size_of(model_.operator_codes())) {
        file_findings_.push_back(
            finding(DiagnosticCode::E0302, fmt::format("operator {} is of kind {} of {}", i,
                                                       op.opcode_index(), size_of(model_.operator_codes()))));
        continue;
      }
      const schema::OperatorCode& code = *model_.operator_codes()->Get(op.opcode_index());
      outcomes_.push_back({name_of(code), {}});
      current_ = i;
      if (resources.resolved[i]) {
        for (const Diagnostic& diagnostic : resources.findings[i]) report(diagnostic);
      } else {
        take_operator(op, code);
      }
      doubt_outputs();
    }
    check_usable(subgraph_->outputs(), "an output");
    name_ports();
  }

  // Every finding, in the order of the file.
  Diagnostics findings() const {
    Diagnostics all = file_findings_;
    for (const OperatorOutcome& outcome : outcomes_)
      all.insert(all.end(), outcome.findings.begin(), outcome.findings.end());
    return all;
  }
  const Diagnostics& file_findings() const { return file_findings_; }
  const std::vector<OperatorOutcome>& outcomes() const { return outcomes_; }
  Graph& graph() { return graph_; }
  std::string subgraph_name() const { return std::string(view_of(subgraph_->name())); }

 private:
  static Diagnostic finding(DiagnosticCode code, std::string message, std::string place = {},
                            std::string help = {}) {
    return {.code = code,
            .message = std::move(message),
            .place = std::move(place),
            .help = std::move(help),
            .file = {}};
  }

  const schema::Tensor& source(size_t index) const {
    return *subgraph_->tensors()->Get(static_cast<uint32_t>(index));
  }

  void take_tensors(Resources& resources) {
    graph_.tensors = tensors_.tensors;
    for (size_t i = 0; i < graph_.tensors.size(); ++i) {
      const int32_t variable = resources.variable_of[i];
      ids_.push_back(variable < 0 ? TensorId(i)
                                  : TensorId(graph_.tensors.size() + static_cast<size_t>(variable)));
      if (variable >= 0 && !tensors_.malformed[i]) tensors_.unusable[i].clear();
    }
    for (Tensor& variable : resources.variables) graph_.tensors.push_back(std::move(variable));
    doubtful_.resize(graph_.tensors.size());
    open_ = tensors_.open;
    open_.resize(graph_.tensors.size());
    for (size_t i = 0; i < graph_.tensors.size(); ++i)
      if (graph_.tensors[i].constant || graph_.tensors[i].variable) open_[i] = {};
  }

  void take_interface(const flatbuffers::Vector<int32_t>* indices, const char* what,
                      std::vector<TensorId>& ids) {
    if (!budget_.take(size_of(indices) * 4)) {
      file_findings_.push_back(finding(DiagnosticCode::E0302, "the file describes far more than it holds"));
      return;
    }
    for (uint32_t i = 0; i < size_of(indices); ++i) {
      const int32_t index = indices->Get(i);
      if (index < 0 || static_cast<size_t>(index) >= tensors_.tensors.size()) {
        file_findings_.push_back(
            finding(DiagnosticCode::E0302,
                    fmt::format("{} of the model is tensor {} of {}", what, index, tensors_.tensors.size())));
        continue;
      }
      ids.push_back(ids_[static_cast<size_t>(index)]);
      if (&ids == &graph_.inputs) refuse_open_input(static_cast<size_t>(index));
    }
    std::vector<TensorId> sorted = graph_.inputs;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end())
      file_findings_.push_back(finding(DiagnosticCode::E0303, "a tensor is two inputs of the model at once"));
  }

  // Outputs after the operators: what a refused one was to write is no finding of its own.
  void check_usable(const flatbuffers::Vector<int32_t>* indices, const char* what) {
    for (uint32_t i = 0; i < size_of(indices); ++i)
      if (const int32_t index = indices->Get(i); index >= 0 && static_cast<size_t>(index) < ids_.size())
        refuse_unusable(static_cast<size_t>(index), std::string(what) + " of the model",
                        describe_place(static_cast<size_t>(index), source(static_cast<size_t>(index))),
                        file_findings_);
  }

  // What the user gives has a size; a free dimension is a batch of one.
  void refuse_open_input(size_t index) {
    const size_t id = ids_[index].index;
    if (open_[id].unknown)
      file_findings_.push_back(
          finding(DiagnosticCode::E0403, "an input of the model has a dimension of unknown size",
                  describe_place(index, source(index)), "export the model with fixed shapes"));
    open_[id] = {};
  }

  // Reports an unusable tensor, once. True where it is unusable.
  bool refuse_unusable(size_t index, const std::string& user, std::string place, Diagnostics& findings) {
    if (tensors_.unusable[index].empty()) return false;
    if (tensors_.malformed[index] || doubtful_[ids_[index].index]) return true;
    tensors_.malformed[index] = true;
    const std::string name = printable(view_of(source(index).name()), 80);
    findings.push_back(finding(DiagnosticCode::E0403,
                               fmt::format("{}: tensor {} \"{}\" {}, which is not supported", user, index,
                                           name, tensors_.unusable[index]),
                               std::move(place)));
    return true;
  }

  // A tensor without elements needs no bytes to be a constant: only where an operator writes it or the user
  // gives it, it is none.
  void mark_empty_constants() {
    std::vector<bool> given(graph_.tensors.size());
    for (const TensorId id : graph_.inputs) given[id.index] = true;
    for (size_t i = 0; i < size_of(subgraph_->operators()); ++i) {
      const auto* outputs = subgraph_->operators()->Get(static_cast<uint32_t>(i))->outputs();
      if (!budget_.take(size_of(outputs))) return;
      for (uint32_t k = 0; k < size_of(outputs); ++k)
        if (outputs->Get(k) >= 0 && static_cast<size_t>(outputs->Get(k)) < given.size())
          given[static_cast<size_t>(outputs->Get(k))] = true;
    }
    for (size_t i = 0; i < tensors_.tensors.size(); ++i) {
      Tensor& tensor = graph_.tensors[i];
      if (tensors_.unusable[i].empty() && !given[i] && !tensor.constant && !tensor.variable &&
          tensor.type.shape.elements() == 0)
        tensor.constant = Constant(std::vector<std::byte>());
    }
  }

  // FoldOperator, for the operators of other subgraphs.
  bool fold_in(Graph& graph, const schema::Operator& op) {
    if (op.opcode_index() >= size_of(model_.operator_codes())) return false;
    const schema::OperatorCode& code = *model_.operator_codes()->Get(op.opcode_index());
    const OperatorReader* const row = reader_of(kind_of(code));
    if (row == nullptr) return false;
    TfliteOperator source(graph, op, name_of(code));
    const auto take = [&](const flatbuffers::Vector<int32_t>* indices, std::vector<TensorId>& ids) {
      if (!budget_.take(size_of(indices) * 4)) return false;
      for (uint32_t i = 0; i < size_of(indices); ++i) {
        const int32_t index = indices->Get(i);
        ids.push_back(index < 0 ? TensorId() : TensorId(static_cast<size_t>(index)));
        if (index >= 0 && !reading_.take(reading_cost(graph.at(ids.back())))) return false;
      }
      return true;
    };
    if (!take(op.inputs(), source.inputs_) || !take(op.outputs(), source.outputs_)) return false;
    if (!has_counts(operator_of(row->op).facts(), source)) return false;
    Result<NodeDraft> last = read_or_missing(*row, source);
    if (!last) return false;
    source.drafts_.push_back(std::move(*last));
    return std::ranges::all_of(source.drafts_, [&](const NodeDraft& draft) {
      const Node node{.op = draft.op.value_or(row->op),
                      .inputs = draft.inputs,
                      .outputs = draft.outputs.empty() ? source.outputs() : draft.outputs,
                      .attributes = draft.attributes,
                      .activation = draft.activation};
      return check_operator({graph, node}).empty() && folder_.fold(graph, node);
    });
  }

  // Readers and constraints look at the values of constants and at scales.
  static uint64_t reading_cost(const Tensor& tensor) {
    return (tensor.constant ? tensor.constant->bytes().size() : 0) + 8 * tensor.quantization.scales.size();
  }

  static bool has_counts(const OperatorFacts& facts, const TfliteOperator& source) {
    const auto inputs = static_cast<int32_t>(source.inputs().size());
    const auto outputs = static_cast<int32_t>(source.outputs().size());
    return inputs >= facts.minimum_inputs && outputs >= facts.minimum_outputs &&
           outputs <= facts.maximum_outputs;
  }

  // ---- one operator; outcomes_.back() is its outcome, current_ its index ----

  void report(Diagnostic diagnostic) {
    const std::string& name = outcomes_.back().name;
    if (diagnostic.place.empty()) diagnostic.place = place();
    const std::string prefix = fmt::format("operator {}", name);
    if (!diagnostic.message.starts_with(prefix))
      diagnostic.message = fmt::format("{}: {}", prefix, diagnostic.message);
    outcomes_.back().findings.push_back(std::move(diagnostic));
  }
  void report(DiagnosticCode code, std::string message, std::string help = {}) {
    report(finding(code, std::move(message), {}, std::move(help)));
  }

  const schema::Operator& current() const {
    return *subgraph_->operators()->Get(static_cast<uint32_t>(current_));
  }

  // Its first output's name; where it has none, its first input's.
  std::string operator_name() const {
    for (const auto* indices : {current().outputs(), current().inputs()})
      if (size_of(indices) > 0 && indices->Get(0) >= 0 &&
          static_cast<size_t>(indices->Get(0)) < tensors_.tensors.size())
        return graph_.at(ids_[static_cast<size_t>(indices->Get(0))]).name;
    return {};
  }
  std::string place() const {
    return fmt::format("op {} \"{}\", input {}", current_, printable(operator_name(), 80),
                       describe_operands(*subgraph_, current().inputs()));
  }

  void take_operator(const schema::Operator& op, const schema::OperatorCode& code) {
    const OperatorReader* const row = reader_of(kind_of(code));
    if (row == nullptr) {
      report(DiagnosticCode::E0401, fmt::format("operator {} is not supported", outcomes_.back().name),
             advice_on(view_of(code.custom_code())));
      return;
    }
    TfliteOperator source(graph_, op, outcomes_.back().name);
    const bool has_inputs = take_operands(op.inputs(), "input", true, source.inputs_);
    const bool has_outputs = take_operands(op.outputs(), "output", false, source.outputs_);
    const bool has_intermediates =
        take_operands(op.intermediates(), "intermediate", true, source.intermediates_);
    const bool complete = has_inputs && has_outputs && has_intermediates;
    if (!complete || !check_counts(operator_of(row->op).facts(), source)) return;
    read(*row, source);
  }

  // False where an operand cannot be used, which has been reported.
  bool take_operands(const flatbuffers::Vector<int32_t>* indices, const char* what, bool optional,
                     std::vector<TensorId>& ids) {
    if (!budget_.take(size_of(indices) * 4)) {
      report(DiagnosticCode::E0302, "the file describes far more than it holds");
      return false;
    }
    bool complete = true;
    for (uint32_t i = 0; i < size_of(indices); ++i) {
      const int32_t index = indices->Get(i);
      if (index == -1 && optional) {
        ids.push_back(TensorId());
        continue;
      }
      if (index < 0 || static_cast<size_t>(index) >= tensors_.tensors.size()) {
        report(DiagnosticCode::E0302,
               fmt::format("{} {} is tensor {} of {}", what, i, index, tensors_.tensors.size()));
        complete = false;
        continue;
      }
      if (refuse_unusable(static_cast<size_t>(index), fmt::format("operator {}", outcomes_.back().name),
                          place(), outcomes_.back().findings))
        complete = false;
      const TensorId id = ids_[static_cast<size_t>(index)];
      ids.push_back(id);
      if (optional && open_[id.index].unknown && !doubtful_[id.index]) {
        report(DiagnosticCode::E0403, fmt::format("tensor {} \"{}\" has a dimension of unknown size", index,
                                                  printable(graph_.at(id).name, 80)));
        open_[id.index].unknown = false;
        complete = false;
      }
      if (!reading_.take(reading_cost(graph_.at(id)))) {
        report(DiagnosticCode::E0403, "the operators of the model read the same constants too often");
        return false;
      }
    }
    return complete;
  }

  bool check_counts(const OperatorFacts& facts, const TfliteOperator& source) {
    if (has_counts(facts, source)) return true;
    report(DiagnosticCode::E0303, fmt::format("{} inputs and {} outputs are not what it takes",
                                              source.inputs().size(), source.outputs().size()));
    return false;
  }

  void read(const OperatorReader& row, TfliteOperator& source) {
    const size_t tensors = graph_.tensors.size();
    Result<NodeDraft> last = read_or_missing(row, source);
    if (!last) {
      for (const Diagnostic& diagnostic : last.diagnostics()) report(diagnostic);
      return;
    }
    doubtful_.resize(graph_.tensors.size());
    open_.resize(graph_.tensors.size());
    for (size_t i = tensors; i < graph_.tensors.size(); ++i) {
      const Tensor& added = graph_.tensors[i];
      if (!budget_.take(added.name.size() + (added.constant ? added.constant->bytes().size() : 0)))
        return report(DiagnosticCode::E0302, "the file describes far more than it holds");
    }
    source.drafts_.push_back(std::move(*last));
    for (NodeDraft& draft : source.drafts_) add(row, source, std::move(draft));
  }

  void add(const OperatorReader& row, const TfliteOperator& source, NodeDraft draft) {
    Node node{.op = draft.op.value_or(row.op),
              .inputs = std::move(draft.inputs),
              .outputs = draft.outputs.empty() ? source.outputs() : std::move(draft.outputs),
              .attributes = std::move(draft.attributes),
              .activation = draft.activation,
              .name = operator_name(),
              .source_index = static_cast<int32_t>(current_)};
    if (!budget_.take(node.name.size()))
      return report(DiagnosticCode::E0302, "the file describes far more than it holds");
    close_shapes(row.kind, source, node);
    Diagnostics found = check_operator({graph_, node});
    tell_open_shapes(node, found);
    // Converters leave shapes open that an operator which cannot be read would have told at run time: what
    // seems to contradict them is no mistake.
    if (depends_on_refused(node)) {
      std::erase_if(found, [](const Diagnostic& d) { return d.code == DiagnosticCode::E0303; });
      for (const TensorId id : node.outputs) doubtful_[id.index] = true;
    }
    if (found.empty() && folder_.fold(graph_, node)) return;
    for (Diagnostic& diagnostic : found) report(std::move(diagnostic));
    graph_.nodes.push_back(std::move(node));
  }

  // Finds the shapes of outputs that the file leaves open: operands state them, or they follow from the
  // inputs'.
  void close_shapes(schema::BuiltinOperator kind, const TfliteOperator& source, const Node& node) {
    const auto is_open = [&](TensorId id) { return open_[id.index].any(); };
    if (std::ranges::none_of(node.outputs, is_open)) return;
    const auto close = [&](TensorId id, const Shape& shape) {
      Shape& declared = graph_.at(id).type.shape;
      if (!is_open(id) || !shape.sane() || !open_[id.index].allows(declared, shape)) return;
      declared = shape;
      open_[id.index] = {};
    };
    // Of several nodes the last one has the outputs that the operands speak of.
    std::vector<std::optional<Shape>> stated;
    if (node.outputs == source.outputs()) stated = stated_shapes(kind, source);
    for (size_t i = 0; i < std::min(stated.size(), node.outputs.size()); ++i)
      if (stated[i]) close(node.outputs[i], *stated[i]);
    const Operator& definition = operator_of(node);
    const NodeView view{graph_, node};
    for (int32_t i = 0; i < definition.facts().minimum_inputs; ++i)
      if (!view.has_input(static_cast<size_t>(i))) return;
    if (node.inputs.size() > static_cast<size_t>(definition.facts().maximum_inputs)) return;
    for (const Constraint& constraint : definition.constraints())
      if (!constraint.holds(view)) return;
    const std::vector<TensorType> inferred = definition.infer(view);
    for (size_t i = 0; i < std::min(inferred.size(), node.outputs.size()); ++i) {
      const TensorId id = node.outputs[i];
      if (inferred[i].dtype == graph_.at(id).type.dtype && !repeats(definition, view, i, inferred[i].shape))
        close(id, inferred[i].shape);
    }
  }

  // True where the inferred shape is no more than what the output already has: another comes out as itself.
  bool repeats(const Operator& definition, const NodeView& view, size_t output, const Shape& inferred) {
    Shape& declared = graph_.at(view.node.outputs[output]).type.shape;
    std::vector<int32_t> dims = inferred.dims();
    for (int32_t& dim : dims) ++dim;
    if (dims.empty()) dims = {2};
    const Shape before = declared;
    declared = Shape(std::move(dims));
    const bool same = definition.infer(view).at(output).shape == inferred;
    declared = before;
    return !same;
  }

  // What is said of a node whose outputs are still open: that they are.
  void tell_open_shapes(const Node& node, Diagnostics& found) {
    for (const TensorId id : node.outputs) {
      if (!open_[id.index].any()) continue;
      const std::string text = fmt::format(
          "the file leaves the shape of tensor {} \"{}\" open, and it does not follow from constants",
          id.index, printable(graph_.at(id).name, 80));
      if (!found.empty())
        found.front().help = text;
      else if (open_[id.index].unknown)
        found.push_back(finding(DiagnosticCode::E0403, text, {}, "export the model with fixed shapes"));
    }
  }

  bool depends_on_refused(const Node& node) const {
    return std::ranges::any_of(node.inputs, [&](TensorId id) { return id.valid() && doubtful_[id.index]; });
  }

  // After an operator: whatever it was to compute from refused ones, or is itself refused, is in doubt.
  void doubt_outputs() {
    if (!budget_.take(size_of(current().inputs()) + size_of(current().outputs()))) return;
    bool doubtful = !outcomes_.back().findings.empty();
    const auto each = [&](const flatbuffers::Vector<int32_t>* indices, auto visit) {
      for (uint32_t i = 0; i < size_of(indices); ++i)
        if (indices->Get(i) >= 0 && static_cast<size_t>(indices->Get(i)) < ids_.size())
          visit(ids_[static_cast<size_t>(indices->Get(i))].index);
    };
    each(current().inputs(), [&](size_t index) { doubtful = doubtful || doubtful_[index]; });
    if (doubtful) each(current().outputs(), [&](size_t index) { doubtful_[index] = true; });
  }

  // Readers take for granted that what they need is there: std::vector::at says where it is not.
  static Result<NodeDraft> read_or_missing(const OperatorReader& row, TfliteOperator& source) {
    try {
      return row.read(source);
    } catch (const std::out_of_range&) {
      return finding(DiagnosticCode::E0303, "an operand or a quantisation that it needs is missing");
    }
  }

  // The signature of the subgraph that runs: its names are the author's, where tensors have left-overs of the
  // converter. Of several the one that converters make by default, else the first.
  const schema::SignatureDef* signature() const {
    const schema::SignatureDef* found = nullptr;
    for (size_t i = 0; i < size_of(model_.signature_defs()); ++i) {
      const auto* candidate = model_.signature_defs()->Get(static_cast<uint32_t>(i));
      if (candidate->subgraph_index() != 0) continue;
      if (!found || view_of(candidate->signature_key()) == "serving_default") found = candidate;
    }
    return found;
  }

  // Names of nodes are those of their outputs, and stay: they are places in the file.
  void name_ports() {
    const schema::SignatureDef* const found = signature();
    if (!found) return;
    std::vector<bool> named(graph_.tensors.size());
    for (const auto& [maps, ports] :
         {std::pair{found->inputs(), &graph_.inputs}, std::pair{found->outputs(), &graph_.outputs}})
      for (size_t i = 0; i < size_of(maps); ++i) {
        const schema::TensorMap& map = *maps->Get(static_cast<uint32_t>(i));
        const std::string_view name = view_of(map.name());
        if (!budget_.take(name.size() + ports->size())) return;
        if (name.empty() || map.tensor_index() >= ids_.size()) continue;
        const TensorId id = ids_[map.tensor_index()];
        if (named[id.index] || std::ranges::find(*ports, id) == ports->end()) continue;
        named[id.index] = true;
        graph_.at(id).name = name;
      }
  }

  const File& file_;
  const schema::Model& model_;
  Budget budget_;   // memory for the graph
  Budget reading_;  // bytes of constants that all operators together read; unrolled recurrences read the same
                    // ones often
  ConstantFolder folder_;
  TensorReader reader_;
  const schema::SubGraph* subgraph_ = nullptr;
  SubgraphTensors tensors_;
  std::vector<TensorId> ids_;    // by index in the subgraph
  std::vector<bool> doubtful_;   // by tensor: an operator in front of it was refused
  std::vector<OpenShape> open_;  // by tensor, until its shape is found
  size_t current_ = 0;
  Graph graph_;
  Diagnostics file_findings_;
  std::vector<OperatorOutcome> outcomes_;
};

}  // namespace
}  // namespace tflite

bool is_tflite(std::span<const std::byte> bytes) {
  constexpr std::string_view identifier = "TFL3";
  return bytes.size() >= 8 && std::memcmp(bytes.data() + 4, identifier.data(), identifier.size()) == 0;
}

Result<Graph> import_tflite(std::span<const std::byte> bytes, std::string graph_name) {
  const Result<tflite::File> file = tflite::File::open(bytes);
  if (!file) return file.diagnostics();
  tflite::Importer importer(*file);
  importer.run();
  Diagnostics findings = importer.findings();
  if (!findings.empty()) return findings;
  Graph graph = std::move(importer.graph());
  graph.name = graph_name.empty() ? importer.subgraph_name() : std::move(graph_name);
  for (const std::string& rule : broken_rules(graph))
    findings.push_back({.code = DiagnosticCode::E0303, .message = rule, .place = {}, .help = {}, .file = {}});
  if (!findings.empty()) return findings;
  drop_unused_tensors(graph);
  return graph;
}

Result<std::vector<ModelOperator>> list_tflite_operators(std::span<const std::byte> bytes) {
  const Result<tflite::File> file = tflite::File::open(bytes);
  if (!file) return file.diagnostics();
  tflite::Importer importer(*file);
  importer.run();
  return operator_table(importer.file_findings(), importer.outcomes());
}

}  // namespace burin
