#include "formats/tflite/tflite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

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
  bool states(std::string_view field) const override { return options_.states(field); }

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

// The tensors of a subgraph while its operators are taken.
struct Frame {
  const schema::SubGraph* subgraph = nullptr;
  size_t number = 0;  // of the subgraph
  SubgraphTensors* tensors = nullptr;
  std::vector<TensorId> ids{};  // by index in the subgraph
  size_t current = 0;           // the operator that is taken
};

// A subgraph that operators of another one run: IF, WHILE and CALL.
struct Body {
  const schema::SubGraph* subgraph;
  SubgraphTensors tensors;
  std::vector<TensorId> kept;  // constants and variables, which all runs share; else invalid
  bool listed = false;         // its operators have outcomes
};

constexpr int most_nested = 8;              // subgraphs inside of each other
constexpr uint64_t most_inlined = 1 << 16;  // operators of subgraphs, once for each run

const OperatorReader* row_of(const schema::OperatorCode& code) {
  const schema::BuiltinOperator kind = kind_of(code);
  return kind == schema::BuiltinOperator::CUSTOM ? custom_reader_of(view_of(code.custom_code()))
                                                 : reader_of(kind);
}

// What to do about an operator that is not supported, by its name where it is a custom one.
std::string advice_on(std::string_view custom) {
  if (custom.starts_with("FlexTensorList"))
    return "it is how TensorFlow keeps the steps of a recurrent layer: convert again with a fixed batch and "
           "number of time steps, supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS] and without "
           "_experimental_lower_tensor_list_ops = False, or with unroll = True in the layer";
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
    main_.subgraph = model_.subgraphs()->Get(0);
    tensors_ = reader_.read(*main_.subgraph);
    main_.tensors = &tensors_;
    file_findings_ = tensors_.diagnostics;
    const FoldOperator fold = [this](Graph& graph, const schema::Operator& op) { return fold_in(graph, op); };
    Resources resources = resolve_resources(file_, tensors_, reader_, budget_, fold);
    take_tensors(resources);
    const schema::SubGraph& subgraph = *main_.subgraph;
    take_interface(subgraph.inputs(), "an input", graph_.inputs);
    take_interface(subgraph.outputs(), "an output", graph_.outputs);
    check_usable(subgraph.inputs(), "an input of the model", file_findings_);
    mark_empty_constants(graph_.inputs);
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::OperatorCode* const code = code_of(i);
      if (code == nullptr) continue;
      outcomes_.push_back({name_of(*code), {}});
      outcome_ = outcomes_.size() - 1;
      kind_name_ = outcomes_.back().name;
      frame_->current = position_ = i;
      const size_t before = reported_;
      if (resources.resolved[i]) {
        for (const Diagnostic& diagnostic : resources.findings[i]) report(diagnostic);
      } else {
        take_operator(*subgraph.operators()->Get(static_cast<uint32_t>(i)), *code);
      }
      doubt_outputs(reported_ > before);
    }
    check_usable(subgraph.outputs(), "an output of the model", file_findings_);
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
  std::string subgraph_name() const { return std::string(view_of(main_.subgraph->name())); }

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
    return *frame_->subgraph->tensors()->Get(static_cast<uint32_t>(index));
  }

  // Null where the file has none, which is reported.
  const schema::OperatorCode* code_of(size_t i) {
    const schema::Operator& op = *frame_->subgraph->operators()->Get(static_cast<uint32_t>(i));
    if (op.opcode_index() < size_of(model_.operator_codes()))
      return model_.operator_codes()->Get(op.opcode_index());
    file_findings_.push_back(
        finding(DiagnosticCode::E0302, fmt::format("operator {} is of kind {} of {}", i, op.opcode_index(),
                                                   size_of(model_.operator_codes()))));
    return nullptr;
  }

  void take_tensors(Resources& resources) {
    graph_.tensors = tensors_.tensors;
    for (size_t i = 0; i < graph_.tensors.size(); ++i) {
      const int32_t variable = resources.variable_of[i];
      main_.ids.push_back(variable < 0 ? TensorId(i)
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
      ids.push_back(main_.ids[static_cast<size_t>(index)]);
      if (&ids == &graph_.inputs) refuse_open_input(static_cast<size_t>(index));
    }
    std::vector<TensorId> sorted = graph_.inputs;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end())
      file_findings_.push_back(finding(DiagnosticCode::E0303, "a tensor is two inputs of the model at once"));
  }

  // Outputs after the operators: what a refused one was to write is no finding of its own.
  void check_usable(const flatbuffers::Vector<int32_t>* indices, const char* what, Diagnostics& findings) {
    for (uint32_t i = 0; i < size_of(indices); ++i)
      if (const int32_t index = indices->Get(i);
          index >= 0 && static_cast<size_t>(index) < frame_->ids.size())
        refuse_unusable(static_cast<size_t>(index), what,
                        describe_place(static_cast<size_t>(index), source(static_cast<size_t>(index))),
                        findings);
  }

  // What the user gives has a size; a free dimension is a batch of one.
  void refuse_open_input(size_t index) {
    const size_t id = main_.ids[index].index;
    if (open_[id].unknown)
      file_findings_.push_back(
          finding(DiagnosticCode::E0403, "an input of the model has a dimension of unknown size",
                  describe_place(index, source(index)), "export the model with fixed shapes"));
    open_[id] = {};
  }

  // Reports an unusable tensor, once. True where it is unusable.
  bool refuse_unusable(size_t index, const std::string& user, std::string place, Diagnostics& findings) {
    SubgraphTensors& tensors = *frame_->tensors;
    if (tensors.unusable[index].empty()) return false;
    if (tensors.malformed[index] || doubtful_[frame_->ids[index].index]) return true;
    tensors.malformed[index] = true;
    if (&findings != &file_findings_) ++reported_;
    const std::string name = printable(view_of(source(index).name()), 80);
    findings.push_back(finding(DiagnosticCode::E0403,
                               fmt::format("{}: tensor {} \"{}\" {}, which is not supported", user, index,
                                           name, tensors.unusable[index]),
                               std::move(place)));
    return true;
  }

  // A tensor without elements needs no bytes to be a constant: only where an operator writes it or it is an
  // input, it is none.
  void mark_empty_constants(const std::vector<TensorId>& inputs) {
    std::vector<bool> given(frame_->ids.size());
    const std::set<TensorId> known(inputs.begin(), inputs.end());
    for (size_t i = 0; i < given.size(); ++i) given[i] = known.contains(frame_->ids[i]);
    for (size_t i = 0; i < size_of(frame_->subgraph->operators()); ++i) {
      const auto* outputs = frame_->subgraph->operators()->Get(static_cast<uint32_t>(i))->outputs();
      if (!budget_.take(size_of(outputs))) return;
      for (uint32_t k = 0; k < size_of(outputs); ++k)
        if (outputs->Get(k) >= 0 && static_cast<size_t>(outputs->Get(k)) < given.size())
          given[static_cast<size_t>(outputs->Get(k))] = true;
    }
    for (size_t i = 0; i < given.size(); ++i) {
      Tensor& tensor = graph_.at(frame_->ids[i]);
      if (frame_->tensors->unusable[i].empty() && !given[i] && !tensor.constant && !tensor.variable &&
          tensor.type.shape.elements() == 0)
        tensor.constant = Constant(std::vector<std::byte>());
    }
  }

  // FoldOperator, for the operators of other subgraphs.
  bool fold_in(Graph& graph, const schema::Operator& op) {
    if (op.opcode_index() >= size_of(model_.operator_codes())) return false;
    const schema::OperatorCode& code = *model_.operator_codes()->Get(op.opcode_index());
    const OperatorReader* const row = row_of(code);
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
                      .outputs = outputs_of(draft, source),
                      .attributes = draft.attributes,
                      .activation = draft.activation,
                      .keeps_infinities = draft.keeps_infinities};
      return check_operator({graph, node}).empty() && folder_.fold(graph, node);
    });
  }

  static std::vector<TensorId> outputs_of(const NodeDraft& draft, const SourceOperator& source) {
    if (draft.without_outputs) return {};
    return draft.outputs.empty() ? source.outputs() : draft.outputs;
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

  // ---- one operator of the frame; kind_name_ is its kind, outcome_ where findings go ----

  void report(Diagnostic diagnostic) {
    if (diagnostic.place.empty()) diagnostic.place = place();
    const std::string prefix = fmt::format("operator {}", kind_name_);
    if (!diagnostic.message.starts_with(prefix))
      diagnostic.message = fmt::format("{}: {}", prefix, diagnostic.message);
    outcomes_[outcome_].findings.push_back(std::move(diagnostic));
    ++reported_;
  }
  void report(DiagnosticCode code, std::string message, std::string help = {}) {
    report(finding(code, std::move(message), {}, std::move(help)));
  }

  const schema::Operator& current() const {
    return *frame_->subgraph->operators()->Get(static_cast<uint32_t>(frame_->current));
  }

  // Its first output's name; where it has none, its first input's.
  std::string operator_name() const {
    for (const auto* indices : {current().outputs(), current().inputs()})
      if (size_of(indices) > 0 && indices->Get(0) >= 0 &&
          static_cast<size_t>(indices->Get(0)) < frame_->ids.size())
        return graph_.at(frame_->ids[static_cast<size_t>(indices->Get(0))]).name;
    return {};
  }
  std::string place() const {
    const std::string where =
        frame_ == &main_ ? std::string() : fmt::format(" of subgraph {}", frame_->number);
    return fmt::format("op {}{} \"{}\", input {}", frame_->current, where, printable(operator_name(), 80),
                       describe_operands(*frame_->subgraph, current().inputs()));
  }

  void take_operator(const schema::Operator& op, const schema::OperatorCode& code) {
    const schema::BuiltinOperator kind = kind_of(code);
    const bool runs = kind == schema::BuiltinOperator::IF || kind == schema::BuiltinOperator::WHILE ||
                      kind == schema::BuiltinOperator::CALL;
    const OperatorReader* const row = row_of(code);
    if (row == nullptr && !runs) {
      report(DiagnosticCode::E0401, fmt::format("operator {} is not supported", kind_name_),
             advice_on(view_of(code.custom_code())));
      return;
    }
    TfliteOperator source(graph_, op, kind_name_);
    const bool has_inputs = take_operands(op.inputs(), "input", true, source.inputs_);
    const bool has_outputs = take_operands(op.outputs(), "output", false, source.outputs_);
    const bool has_intermediates =
        take_operands(op.intermediates(), "intermediate", true, source.intermediates_);
    const bool complete = has_inputs && has_outputs && has_intermediates;
    if (!complete) return;
    if (runs)
      run_subgraphs(kind, source);
    else if (check_counts(operator_of(row->op).facts(), source))
      read(*row, source);
  }

  // ---- operators that run other subgraphs, whose operators take their place ----

  void run_subgraphs(schema::BuiltinOperator kind, const TfliteOperator& source) {
    using schema::BuiltinOperator;
    const bool conditional = kind == BuiltinOperator::IF;
    if (std::ranges::any_of(source.inputs(), [](TensorId id) { return !id.valid(); }) ||
        (conditional && source.inputs().empty()))
      return report(DiagnosticCode::E0303, "an input is missing");
    if (depth_ >= most_nested)
      return report(DiagnosticCode::E0403,
                    fmt::format("subgraphs run each other more than {} deep", most_nested));
    ++depth_;
    std::optional<std::vector<TensorId>> results;
    if (conditional)
      results = run_if(source);
    else if (kind == BuiltinOperator::WHILE)
      results = run_while(source);
    else
      results = run_body(source.integer("subgraph"), source.inputs());
    --depth_;
    if (!results) return;
    if (results->size() != source.outputs().size())
      return report(DiagnosticCode::E0303, fmt::format("it has {} outputs, and the subgraph {}",
                                                       source.outputs().size(), results->size()));
    for (size_t i = 0; i < results->size(); ++i) append(Op::reshape, {(*results)[i]}, source.outputs()[i]);
  }

  // Both branches where the condition is not known, and a choice between their results.
  std::optional<std::vector<TensorId>> run_if(const TfliteOperator& source) {
    const TensorId condition = source.inputs()[0];
    if (graph_.at(condition).type.dtype != DType::boolean ||
        graph_.at(condition).type.shape.elements() != 1) {
      report(DiagnosticCode::E0303, "the condition is not one bool");
      return std::nullopt;
    }
    const std::vector<TensorId> arguments(source.inputs().begin() + 1, source.inputs().end());
    const std::optional<bool> known = truth_of(condition);
    if (known)
      return run_body(source.integer(*known ? "then_subgraph_index" : "else_subgraph_index"), arguments);
    const size_t nodes = graph_.nodes.size();
    const auto yes = run_body(source.integer("then_subgraph_index"), arguments);
    if (!yes) return std::nullopt;
    const auto no = run_body(source.integer("else_subgraph_index"), arguments);
    if (!no) return std::nullopt;
    for (size_t i = nodes; i < graph_.nodes.size(); ++i)
      if (operator_of(graph_.nodes[i]).facts().changes_state) {
        report(DiagnosticCode::E0403, "a branch changes a variable, and the condition is not constant",
               "assign the variable outside of the branches");
        return std::nullopt;
      }
    if (yes->size() != no->size()) {
      report(DiagnosticCode::E0303,
             fmt::format("one branch has {} results, and the other {}", yes->size(), no->size()));
      return std::nullopt;
    }
    std::vector<TensorId> chosen;
    for (size_t i = 0; i < yes->size(); ++i) {
      if ((*yes)[i] == (*no)[i]) {
        chosen.push_back((*yes)[i]);
        continue;
      }
      Tensor like = graph_.at((*yes)[i]);
      like.constant.reset();
      like.variable = false;
      chosen.push_back(add_tensor(std::move(like)));
      append(Op::select_v2, {condition, (*yes)[i], (*no)[i]}, chosen.back());
    }
    return chosen;
  }

  // One run after the other, as long as the condition folds to true.
  std::optional<std::vector<TensorId>> run_while(const TfliteOperator& source) {
    std::vector<TensorId> values = source.inputs();
    for (;;) {
      const auto condition = run_body(source.integer("cond_subgraph_index"), values);
      if (!condition) return std::nullopt;
      const std::optional<bool> known = condition->size() == 1 ? truth_of(condition->front()) : std::nullopt;
      if (!known) {
        report(DiagnosticCode::E0402, "the number of iterations does not follow from constants",
               "export the model with a fixed batch and number of time steps; in Keras, layers with unroll = "
               "True have no loop");
        return std::nullopt;
      }
      if (!*known) return values;
      auto next = run_body(source.integer("body_subgraph_index"), values);
      if (!next) return std::nullopt;
      if (next->size() != values.size()) {
        report(DiagnosticCode::E0303, fmt::format("the loop has {} variables, and its body {} results",
                                                  values.size(), next->size()));
        return std::nullopt;
      }
      values = std::move(*next);
    }
  }

  std::optional<bool> truth_of(TensorId id) const {
    const Tensor& tensor = graph_.at(id);
    if (!tensor.is_constant() || tensor.type.dtype != DType::boolean || tensor.type.shape.elements() != 1)
      return std::nullopt;
    return tensor.constant->bytes()[0] != std::byte{0};
  }

  // Null where there is no such subgraph or its tensors are damaged, which is reported.
  Body* body_of(int64_t number) {
    if (number <= 0 || static_cast<size_t>(number) >= size_of(model_.subgraphs())) {
      report(DiagnosticCode::E0303,
             fmt::format("it runs subgraph {} of {}", number, size_of(model_.subgraphs())));
      return nullptr;
    }
    const auto [entry, fresh] = bodies_.try_emplace(static_cast<size_t>(number));
    Body& body = entry->second;
    if (fresh) {
      body.subgraph = model_.subgraphs()->Get(static_cast<uint32_t>(number));
      body.tensors = reader_.read(*body.subgraph);
      body.kept.resize(body.tensors.tensors.size());
      for (const Diagnostic& diagnostic : body.tensors.diagnostics) report(diagnostic);
    }
    return body.tensors.diagnostics.empty() ? &body : nullptr;
  }

  TensorId add_tensor(Tensor tensor, OpenShape open = {}) {
    const TensorId id = burin::add_tensor(graph_, std::move(tensor));
    doubtful_.resize(graph_.tensors.size());
    open_.resize(graph_.tensors.size());
    open_[id.index] = open;
    return id;
  }

  // The results of a subgraph for arguments; nothing where something in it is refused.
  std::optional<std::vector<TensorId>> run_body(int64_t number, const std::vector<TensorId>& arguments) {
    Body* const body = body_of(number);
    if (body == nullptr) return std::nullopt;
    const schema::SubGraph& subgraph = *body->subgraph;
    inlined_ += size_of(subgraph.operators()) + 1;
    if (inlined_ > most_inlined || size_of(subgraph.tensors()) > most_inlined) {
      report(DiagnosticCode::E0403,
             fmt::format("its subgraphs take more than {} operators", uint64_t{most_inlined}));
      return std::nullopt;
    }
    Frame frame{.subgraph = &subgraph, .number = static_cast<size_t>(number), .tensors = &body->tensors};
    if (!give_tensors(frame, *body, arguments)) return std::nullopt;
    const std::string name = kind_name_;
    const size_t outcome = outcome_;
    const bool list = !std::exchange(body->listed, true);
    Frame* const outer = std::exchange(frame_, &frame);
    mark_empty_constants(arguments);
    const size_t before = reported_;
    for (size_t i = 0; i < size_of(subgraph.operators()); ++i) {
      const schema::OperatorCode* const code = code_of(i);
      if (code == nullptr) break;
      kind_name_ = name_of(*code);
      if (list) {
        outcomes_.push_back({kind_name_, {}});
        outcome_ = outcomes_.size() - 1;
      }
      frame.current = i;
      const size_t so_far = reported_;
      take_operator(*subgraph.operators()->Get(static_cast<uint32_t>(i)), *code);
      doubt_outputs(reported_ > so_far);
    }
    std::vector<TensorId> results;
    outcome_ = outcome;
    check_usable(subgraph.outputs(), "a result of a subgraph", outcomes_[outcome].findings);
    for (uint32_t i = 0; i < size_of(subgraph.outputs()); ++i) {
      const int32_t index = subgraph.outputs()->Get(i);
      if (index >= 0 && static_cast<size_t>(index) < frame.ids.size())
        results.push_back(frame.ids[static_cast<size_t>(index)]);
    }
    frame_ = outer;
    kind_name_ = name;
    if (results.size() != size_of(subgraph.outputs()))
      report(DiagnosticCode::E0302, fmt::format("a result of subgraph {} is no tensor of it", number));
    if (reported_ > before || !file_findings_.empty()) return std::nullopt;
    return results;
  }

  // Arguments stand for a subgraph's inputs; constants and variables are the same in every run.
  bool give_tensors(Frame& frame, Body& body, const std::vector<TensorId>& arguments) {
    const auto* inputs = frame.subgraph->inputs();
    if (size_of(inputs) != arguments.size()) {
      report(DiagnosticCode::E0303, fmt::format("it gives {} arguments to subgraph {}, which takes {}",
                                                arguments.size(), frame.number, size_of(inputs)));
      return false;
    }
    frame.ids.resize(body.tensors.tensors.size());
    for (uint32_t i = 0; i < size_of(inputs); ++i) {
      const int32_t index = inputs->Get(i);
      if (index < 0 || static_cast<size_t>(index) >= frame.ids.size()) {
        report(DiagnosticCode::E0302,
               fmt::format("an input of subgraph {} is no tensor of it", frame.number));
        return false;
      }
      const Tensor& declared = body.tensors.tensors[static_cast<size_t>(index)];
      const Tensor& given = graph_.at(arguments[i]);
      const bool fits =
          declared.type.dtype == given.type.dtype &&
          (declared.type.shape == given.type.shape ||
           body.tensors.open[static_cast<size_t>(index)].allows(declared.type.shape, given.type.shape)) &&
          (declared.type.dtype == DType::f32 || !declared.quantization.present() ||
           !given.quantization.present() || declared.quantization == given.quantization);
      if (!fits) {
        report(
            DiagnosticCode::E0303,
            fmt::format("input {} of subgraph {} is {}, and is given another type, shape or scale: {}", i,
                        frame.number, burin::describe_type(declared.type), burin::describe_type(given.type)));
        return false;
      }
      frame.ids[static_cast<size_t>(index)] = arguments[i];
    }
    for (size_t i = 0; i < frame.ids.size(); ++i) {
      if (frame.ids[i].valid()) continue;
      if (body.kept[i].valid()) {
        frame.ids[i] = body.kept[i];
        continue;
      }
      const Tensor& tensor = body.tensors.tensors[i];
      if (!inlining_.take(64 + tensor.name.size() + 8 * tensor.quantization.scales.size())) {
        report(DiagnosticCode::E0403, "its subgraphs take too many tensors");
        return false;
      }
      const bool keeps = tensor.constant || tensor.variable;
      frame.ids[i] = add_tensor(tensor, keeps ? OpenShape{} : body.tensors.open[i]);
      if (keeps) body.kept[i] = frame.ids[i];
    }
    return true;
  }

  // A node that stands for the operator, from operands of the output's type to it.
  void append(Op op, std::vector<TensorId> inputs, TensorId output) {
    const Shape shape = graph_.at(inputs.back()).type.shape;
    OpenShape& open = open_[output.index];
    if (open.any() && open.allows(graph_.at(output).type.shape, shape)) {
      graph_.at(output).type.shape = shape;
      open = {};
    }
    add({.op = op,
         .inputs = std::move(inputs),
         .outputs = {output},
         .attributes = Attributes::of(NoAttributes{}),
         .name = operator_name(),
         .source_index = static_cast<int32_t>(position_)});
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
      if (index < 0 || static_cast<size_t>(index) >= frame_->ids.size()) {
        report(DiagnosticCode::E0302,
               fmt::format("{} {} is tensor {} of {}", what, i, index, frame_->ids.size()));
        complete = false;
        continue;
      }
      if (refuse_unusable(static_cast<size_t>(index), fmt::format("operator {}", kind_name_), place(),
                          outcomes_[outcome_].findings))
        complete = false;
      const TensorId id = frame_->ids[static_cast<size_t>(index)];
      // CIRCULAR_BUFFER keeps its output between invocations, and its reader makes a variable of its own.
      if (!optional && is_own_state(id)) graph_.at(id).variable = false;
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

  // An output that the file calls a variable, and that no operand can be.
  bool is_own_state(TensorId id) const { return graph_.at(id).variable && !graph_.at(id).constant; }

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
              .outputs = outputs_of(draft, source),
              .attributes = std::move(draft.attributes),
              .activation = draft.activation,
              .keeps_infinities = draft.keeps_infinities,
              .name = operator_name(),
              .source_index = static_cast<int32_t>(position_)};
    if (!budget_.take(node.name.size()))
      return report(DiagnosticCode::E0302, "the file describes far more than it holds");
    close_shapes(row.kind, source, node);
    add(std::move(node));
  }

  void add(Node node) {
    if (is_nothing(node)) return;
    if (frame_ != &main_ && node.op == Op::assign_variable)
      return report(DiagnosticCode::E0403, "it keeps state, and stands in a subgraph that others run");
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

  // A slice of no elements, as loops take them in front of the first one: it is a constant.
  bool is_nothing(const Node& node) {
    if (node.op != Op::slice && node.op != Op::strided_slice) return false;
    Tensor& output = graph_.at(node.outputs.at(0));
    if (output.type.shape.elements() != 0 || open_[node.outputs[0].index].any()) return false;
    output.constant = Constant(std::vector<std::byte>());
    return true;
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
  void doubt_outputs(bool refused) {
    if (!budget_.take(size_of(current().inputs()) + size_of(current().outputs()))) return;
    bool doubtful = refused;
    const auto each = [&](const flatbuffers::Vector<int32_t>* indices, auto visit) {
      for (uint32_t i = 0; i < size_of(indices); ++i)
        if (indices->Get(i) >= 0 && static_cast<size_t>(indices->Get(i)) < frame_->ids.size())
          visit(frame_->ids[static_cast<size_t>(indices->Get(i))].index);
    };
    each(current().inputs(), [&](size_t index) { doubtful = doubtful || doubtful_[index]; });
    if (doubtful) each(current().outputs(), [&](size_t index) { doubtful_[index] = true; });
  }

  // Readers take for granted that what they need is there: std::vector::at says where it is not.
  static Result<NodeDraft> read_or_missing(const OperatorReader& row, TfliteOperator& source) {
    try {
      return row.read(source);
    } catch (const std::out_of_range&) {
      return finding(DiagnosticCode::E0303, "an operand or a quantization that it needs is missing");
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
        if (name.empty() || map.tensor_index() >= main_.ids.size()) continue;
        const TensorId id = main_.ids[map.tensor_index()];
        if (named[id.index] || std::ranges::find(*ports, id) == ports->end()) continue;
        named[id.index] = true;
        graph_.at(id).name = name;
      }
  }

  const File& file_;
  const schema::Model& model_;
  Budget budget_;               // memory for the graph
  Budget inlining_{64u << 20};  // memory for tensors of subgraphs, once for each run
  Budget reading_;  // bytes of constants that all operators together read; unrolled recurrences read the same
                    // ones often
  ConstantFolder folder_;
  TensorReader reader_;
  SubgraphTensors tensors_;
  Frame main_;             // of the first subgraph
  Frame* frame_ = &main_;  // of the one whose operators are taken
  std::map<size_t, Body> bodies_;
  int depth_ = 0;                // of subgraphs that run each other
  uint64_t inlined_ = 0;         // operators that took the place of others so far
  std::vector<bool> doubtful_;   // by tensor: an operator in front of it was refused
  std::vector<OpenShape> open_;  // by tensor, until its shape is found
  size_t position_ = 0;          // of the first subgraph's operator that is taken
  std::string kind_name_;
  size_t outcome_ = 0;
  size_t reported_ = 0;  // findings about operators so far
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
