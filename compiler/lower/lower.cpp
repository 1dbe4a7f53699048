#include "lower/lower.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "kernels/operands.hpp"
#include "lower/fit.hpp"
#include "ops/movement/reshaping.hpp"
#include "ops/operator.hpp"
#include "support/identifier.hpp"

namespace burin {
namespace {

// Kernels estimate their code as GCC makes it for a Cortex-M4. Over the models and targets that
// tests/codegen/flash_test.cpp builds with -O1, -O2 and -Os this is what became of it at most; loops that -O3
// unrolls become more. Instructions of 16 bits with eight registers take more of them.
int64_t code_bound_percent(const Target& target) {
  return target.has(Feature::thumb2) ? 170 : 225;
}

class Lowering {
 public:
  Lowering(const Graph& graph, const Target& target, const LoweringOptions& options)
      : graph_(graph), target_(target), options_(options), storage_(graph.tensors.size()) {}

  Result<Program> run() {
    check_ports();
    if (const auto refused = large_state()) return *refused;
    for (const TensorId id : graph_.inputs) add_value(id).model_input = true;
    for (size_t i = 0; i < graph_.tensors.size(); ++i)
      if (graph_.tensors[i].variable) add_state(TensorId(i));
    for (const Node& node : graph_.nodes)
      if (!alias(node) && !has_nothing_to_do(node)) add_step(node);
    if (!diagnostics_.empty()) return diagnostics_;
    for (const TensorId id : graph_.outputs) {
      if (const size_t value = storage_[id.index].value; value != no_value)
        fit_.values[value].model_output = true;
    }
    fit_.state_bytes = program_.state_bytes;
    fit_.glue_bytes = options_.other_flash_bytes + initial_value_bytes();
    fit_.code_bound_percent = code_bound_percent(target_);
    fit_.objective = options_.objective;
    fit_.ram = options_.ram_limit;
    fit_.flash = options_.flash_limit;
    Result<Fit> fit = fit_kernels(fit_);
    if (!fit) return fit.diagnostics();
    write_program(*fit);
    return std::move(program_);
  }

 private:
  // Where a tensor lies: among the values that the plan places, or in the state.
  struct Storage {
    size_t value = no_value;
    size_t state = no_value;
  };

  LayoutValue& add_value(TensorId id) {
    storage_[id.index] = {.value = fit_.values.size()};
    value_dtypes_.push_back(graph_.at(id).type.dtype);
    return fit_.values.emplace_back(
        LayoutValue{.name = graph_.at(id).name, .bytes = graph_.at(id).type.bytes()});
  }

  // What a variable starts from is held, and may stand in the generated file, element by element.
  std::optional<Diagnostic> large_state() const {
    constexpr int64_t most = int64_t{1} << 24;
    int64_t bytes = 0;
    for (const Tensor& tensor : graph_.tensors)
      if (tensor.variable) bytes += tensor.type.bytes();
    if (bytes <= most) return std::nullopt;
    return Diagnostic{.code = DiagnosticCode::E0403,
                      .message = fmt::format("the model keeps {} bytes between calls, more than the {} that "
                                             "Burin translates",
                                             bytes, most),
                      .help = "check the shapes of its variables"};
  }

  void add_state(TensorId id) {
    const Tensor& tensor = graph_.at(id);
    storage_[id.index] = {.state = states_.size()};
    states_.push_back({.name = tensor.name,
                       .dtype = tensor.type.dtype,
                       .region = Region::state,
                       .offset = program_.state_bytes,
                       .bytes = tensor.type.bytes()});
    program_.state_bytes += (tensor.type.bytes() + 15) / 16 * 16;
    initials_.emplace_back(initial_value(tensor).bytes);
  }

  // In flash, where they are not one byte over and over.
  int64_t initial_value_bytes() const {
    int64_t bytes = 0;
    for (const Constant& initial : initials_) {
      const auto values = initial.bytes();
      if (std::ranges::adjacent_find(values, std::not_equal_to<>()) != values.end())
        bytes += (std::ssize(values) + 3) / 4 * 4;
    }
    return bytes;
  }

  // Memory of no elements has no address, and C no arrays of that length.
  void check_ports() {
    for (const auto* ids : {&graph_.inputs, &graph_.outputs})
      for (const TensorId id : *ids)
        if (graph_.at(id).type.shape.elements() == 0)
          diagnostics_.push_back({.code = DiagnosticCode::E0403,
                                  .message = fmt::format("a model {} has no elements",
                                                         ids == &graph_.inputs ? "input" : "output"),
                                  .place = fmt::format("\"{}\": {}", printable(graph_.at(id).name),
                                                       describe_type(graph_.at(id).type)),
                                  .help = "remove it from the model"});
  }

  // A node that writes tensors without elements only, such as SHAPE of a scalar: no code runs.
  bool has_nothing_to_do(const Node& node) {
    const auto is_empty = [&](TensorId id) { return graph_.at(id).type.shape.elements() == 0; };
    const auto is_written = [&](TensorId id) {
      return id.valid() && graph_.at(id).variable && !is_empty(id);
    };
    if (!std::ranges::all_of(node.outputs, is_empty)) return false;
    if (operator_of(node).facts().changes_state && std::ranges::any_of(node.inputs, is_written)) return false;
    for (const TensorId id : node.outputs) add_value(id);
    return true;
  }

  // A node that only renames: its output lies where its input lies, and no code runs.
  bool alias(const Node& node) {
    if (!operator_of(node).traits().reshapes) return false;
    const Tensor& input = graph_.at(node.inputs[0]);
    if (input.is_constant() || input.variable) return false;
    storage_[node.outputs[0].index] = storage_[node.inputs[0].index];
    return true;
  }

  // A node that has got a diagnostic: those that read its results still find them.
  void refuse(const Node& node, Diagnostic diagnostic) {
    diagnostics_.push_back(std::move(diagnostic));
    for (const TensorId id : node.outputs) add_value(id);
  }

  void add_step(const Node& node) {
    const LoweringContext context{target_, options_.rounding, options_.objective, options_.offers};
    FitStep step{.offers = ask_kernels({graph_, node}, context), .layout = {}};
    for (Offer& offer : step.offers)
      if (auto* call = std::get_if<KernelCall>(&offer.answer)) store_constants({graph_, node}, *call);
    if (std::ranges::none_of(step.offers, [](const Offer& offer) { return offer.call() != nullptr; })) {
      return refuse(node,
                    {.code = DiagnosticCode::E0404,
                     .message = fmt::format("no kernel of {} takes {}: {}", target_.name,
                                            operator_of(node).facts().tflite_name, refusals_of(step.offers)),
                     .place = describe_place(node),
                     .help = "compile for the target `generic`"});
    }
    for (const TensorId id : node.inputs) {
      const Storage storage = id.valid() ? storage_[id.index] : Storage{};
      step.layout.inputs.push_back(storage.value);
      if (storage.state != no_value) step.layout.states.push_back(storage.state);
    }
    for (const TensorId id : node.outputs) {
      add_value(id);
      step.layout.outputs.push_back(storage_[id.index].value);
    }
    step.layout.scratch_name = "scratch of " + node.name;
    fit_.steps.push_back(std::move(step));
    nodes_.push_back(&node);
  }

  // ---- the program, once everything is decided ----

  void write_program(const Fit& fit) {
    program_.name = options_.name;
    program_.model_file = options_.model_file;
    program_.model_hash = options_.model_hash;
    program_.target = target_.name;
    program_.guard = target_.guard;
    program_.rounding = options_.rounding;
    value_buffers_.assign(fit_.values.size(), SIZE_MAX);
    std::vector<bool> written(fit_.values.size(), false);
    for (const FitStep& step : fit_.steps)
      for (const size_t value : step.layout.outputs) written[value] = true;
    for (size_t i = 0; i < fit_.values.size(); ++i)
      if (!written[i]) write_value(i, fit.layout);
    first_state_ = program_.buffers.size();
    for (size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].bytes > 0) program_.state_initials.push_back({program_.buffers.size(), initials_[i]});
      program_.buffers.push_back(states_[i]);
    }
    for (const size_t step : fit.layout.order) write_step(step, fit);
    for (ProgramBuffer& buffer : program_.buffers)
      if (buffer.region == Region::state) buffer.last_step = last_use_of(buffer);
    program_.stack = stack_bound(program_, target_.architecture == Architecture::portable);
    program_.arena_alignment = arena_alignment;
    program_.arena_bytes = fit.layout.plan.total_bytes;
    program_.arena_lower_bound = fit.layout.plan.lower_bound;
    program_.arena_optimal = fit.layout.plan.optimal;
    program_.peak_step = fit.layout.plan.peak_step;
    write_ports();
  }

  int32_t last_use_of(const ProgramBuffer& buffer) const {
    const auto index = static_cast<size_t>(&buffer - program_.buffers.data());
    int32_t last = 0;
    for (size_t i = 0; i < program_.steps.size(); ++i)
      if (std::ranges::find(program_.steps[i].inputs, index) != program_.steps[i].inputs.end())
        last = static_cast<int32_t>(i) + 1;
    return last;
  }

  void write_value(size_t value, const Layout& layout) {
    value_buffers_[value] = program_.buffers.size();
    program_.buffers.push_back({.name = fit_.values[value].name,
                                .dtype = value_dtypes_[value],
                                .offset = layout.offsets[value],
                                .bytes = fit_.values[value].bytes,
                                .first_step = layout.first_steps[value],
                                .last_step = layout.last_steps[value]});
  }

  size_t buffer_of(TensorId id) const {
    if (!id.valid()) return SIZE_MAX;
    const Storage& storage = storage_[id.index];
    if (storage.value != no_value) return value_buffers_[storage.value];
    return storage.state != no_value ? first_state_ + storage.state : SIZE_MAX;
  }

  void write_step(size_t index, const Fit& fit) {
    const Node& node = *nodes_[index];
    const Operator& definition = operator_of(node);
    const NodeView view{graph_, node};
    const auto at = static_cast<int32_t>(program_.steps.size()) + 1;
    Step step{.call = *fit_.steps[index].offers[fit.choice[index]].call(),
              .inputs = {},
              .outputs = {},
              .op = std::string(name_of(node.op)),
              .source_op = std::string(definition.facts().tflite_name),
              .name = node.name,
              .source_index = node.source_index,
              .signature = signature(view),
              .macs = definition.macs(view)};
    for (const TensorId id : node.inputs) step.inputs.push_back(buffer_of(id));
    for (const TensorId id : node.outputs) {
      write_value(storage_[id.index].value, fit.layout);
      step.outputs.push_back(buffer_of(id));
    }
    if (step.call.scratch_bytes > 0) {
      step.scratch = program_.buffers.size();
      program_.buffers.push_back({.name = fit_.steps[index].layout.scratch_name,
                                  .offset = fit.layout.scratch_offsets[index],
                                  .bytes = step.call.scratch_bytes,
                                  .first_step = at,
                                  .last_step = at,
                                  .scratch = true});
    }
    for (Candidate candidate : fit.candidates[index]) {
      candidate.step = program_.steps.size();
      program_.candidates.push_back(std::move(candidate));
    }
    program_.live_macs += step.macs;
    program_.steps.push_back(std::move(step));
  }

  // Kernels ask for most operands as for tensors in memory. One that is known, such as a constant input of an
  // operator with state, becomes a constant of the call.
  static void store_constants(const NodeView& view, KernelCall& call) {
    for (KernelArgument& argument : call.arguments) {
      const auto* input = std::get_if<InputArgument>(&argument);
      if (input != nullptr && view.input(input->index).is_constant())
        argument = operand_argument(view, input->index, fmt::format("input_{}", input->index), call);
    }
  }

  static std::string signature(const NodeView& view) {
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    for (size_t i = 0; i < view.node.inputs.size(); ++i)
      if (view.has_input(i) && !view.input(i).is_constant()) inputs.push_back(to_string(view.input(i).type));
    for (size_t i = 0; i < view.node.outputs.size(); ++i) outputs.push_back(to_string(view.output(i).type));
    return fmt::format("{} -> {}", fmt::join(inputs, ", "), fmt::join(outputs, ", "));
  }

  // The generated functions are ID_ACCESSOR and ID_ACCESSOR_quantize. A name that begins with ID_, or ends in
  // the latter, could meet another port's; one that ends like a function that every model has, such as b_run
  // of model a, that function of another model, a_b.
  std::string accessor(const std::string& name, const char* when_empty) const {
    const char* const other = options_.name == "port" ? "tensor" : "port";
    std::string text = identifier(name, when_empty);
    while (text.starts_with(options_.name + "_"))
      text = identifier(text.substr(options_.name.size() + 1), other);
    const bool is_taken =
        text.ends_with("quantize") || std::ranges::any_of(common_functions(), [&](std::string_view function) {
          return text.ends_with("_" + std::string(function));
        });
    return is_taken ? text + "_value" : text;
  }

  void write_ports() {
    const std::vector<std::string>& reserved = reserved_accessors();
    UniqueNames names({reserved.begin(), reserved.end()});
    const auto add = [&](const std::vector<TensorId>& ids, std::vector<Port>& ports, const char* when_empty) {
      for (const TensorId id : ids) {
        const Tensor& tensor = graph_.at(id);
        ports.push_back({.name = tensor.name,
                         .accessor = names.claim(accessor(tensor.name, when_empty)),
                         .dtype = tensor.type.dtype,
                         .shape = tensor.type.shape,
                         .quantization = tensor.quantization,
                         .buffer = buffer_of(id)});
      }
    };
    add(graph_.inputs, program_.inputs, "input");
    add(graph_.outputs, program_.outputs, "output");
  }

  const Graph& graph_;
  const Target& target_;
  const LoweringOptions& options_;
  std::vector<Storage> storage_;  // of each tensor
  FitProblem fit_;
  std::vector<DType> value_dtypes_;
  std::vector<const Node*> nodes_;  // of each step as given
  std::vector<ProgramBuffer> states_;
  std::vector<Constant> initials_;     // of each state
  std::vector<size_t> value_buffers_;  // buffer of each value
  size_t first_state_ = 0;             // buffer of the first state
  Program program_;
  Diagnostics diagnostics_;
};

// An output that depends on no input is written by every inference like the others, since an arena may be
// used by others in between: a node that copies it comes last.
Graph with_written_outputs(Graph graph) {
  for (TensorId& output : graph.outputs) {
    if (!graph.at(output).is_constant()) continue;
    const TensorId constant = output;
    Tensor written = graph.at(constant);
    written.constant.reset();
    output = TensorId(graph.tensors.size());
    const std::string name = written.name;
    graph.tensors.push_back(std::move(written));
    graph.nodes.push_back({.op = Op::reshape,
                           .inputs = {constant},
                           .outputs = {output},
                           .attributes = Attributes::of(NoAttributes{}),
                           .name = name});
  }
  return graph;
}

}  // namespace

Result<Program> lower(const Graph& graph, const Target& target, const LoweringOptions& options) {
  if (std::ranges::none_of(graph.outputs, [&](TensorId id) { return graph.at(id).is_constant(); }))
    return Lowering(graph, target, options).run();
  const Graph written = with_written_outputs(graph);
  return Lowering(written, target, options).run();
}

}  // namespace burin
