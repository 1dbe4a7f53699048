#include "lower/lower.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "lower/memory_plan.hpp"
#include "lower/select.hpp"
#include "ops/elementwise.hpp"
#include "ops/operator.hpp"
#include "ops/reshaping.hpp"
#include "support/identifier.hpp"

namespace burin {
namespace {

class Lowering {
 public:
  Lowering(const Graph& graph, const Target& target, const LoweringOptions& options)
      : graph_(graph), target_(target), options_(options), storage_(graph.tensors.size(), SIZE_MAX) {}

  Result<Program> run() {
    program_.name = options_.name;
    program_.model_file = options_.model_file;
    program_.model_hash = options_.model_hash;
    program_.target = target_.name;
    program_.guard = target_.guard;
    program_.rounding = options_.rounding;
    check_ports();
    if (const auto refused = large_state()) return *refused;
    for (const TensorId id : graph_.inputs) storage_[id.index] = add_buffer(graph_.at(id), 0);
    for (const Tensor& tensor : graph_.tensors)
      if (tensor.variable) add_state(TensorId(static_cast<size_t>(&tensor - graph_.tensors.data())));
    for (const Node& node : graph_.nodes)
      if (!alias(node) && !has_nothing_to_do(node)) add_step(node);
    if (!diagnostics_.empty()) return diagnostics_;
    const auto end = static_cast<int32_t>(program_.steps.size()) + 1;
    for (const TensorId id : graph_.outputs) {
      if (graph_.at(id).is_constant()) return constant_output(id);
      program_.buffers[storage_[id.index]].last_step = end;
    }
    ports();
    plan();
    if (!diagnostics_.empty()) return diagnostics_;
    return std::move(program_);
  }

 private:
  int32_t now() const { return static_cast<int32_t>(program_.steps.size()) + 1; }

  size_t add_buffer(const Tensor& tensor, int32_t first_step) {
    program_.buffers.push_back({.name = tensor.name,
                                .dtype = tensor.type.dtype,
                                .bytes = tensor.type.bytes(),
                                .first_step = first_step,
                                .last_step = first_step});
    return program_.buffers.size() - 1;
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
    const size_t buffer = add_buffer(tensor, 0);
    program_.buffers[buffer].region = Region::state;
    program_.buffers[buffer].offset = program_.state_bytes;
    program_.state_bytes += (tensor.type.bytes() + 15) / 16 * 16;
    storage_[id.index] = buffer;
    if (tensor.type.bytes() > 0)
      program_.state_initials.push_back({buffer, Constant(initial_value(tensor).bytes)});
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
    for (const TensorId id : node.outputs) storage_[id.index] = add_buffer(graph_.at(id), now());
    return true;
  }

  // A node that only renames: its output lies where its input lies, and no code runs.
  bool alias(const Node& node) {
    if (!is_reshaping(node)) return false;
    const Tensor& input = graph_.at(node.inputs[0]);
    if (input.is_constant() || input.variable) return false;
    storage_[node.outputs[0].index] = storage_[node.inputs[0].index];
    return true;
  }

  // A node that has got a diagnostic: those that read its results still find them.
  void refuse(const Node& node, Diagnostic diagnostic) {
    diagnostics_.push_back(std::move(diagnostic));
    for (const TensorId id : node.outputs) storage_[id.index] = add_buffer(graph_.at(id), now());
  }

  void add_step(const Node& node) {
    const NodeView view{graph_, node};
    const LoweringContext context{target_, options_.rounding, options_.objective, options_.offers};
    Selection selection = select_kernel(view, context);
    for (Candidate& candidate : selection.candidates) {
      candidate.step = program_.steps.size();
      program_.candidates.push_back(std::move(candidate));
    }
    const Operator& definition = operator_of(node);
    if (!selection.call)
      return refuse(node, {.code = DiagnosticCode::E0404,
                           .message = fmt::format("no kernel of {} takes {}: {}", target_.name,
                                                  definition.facts().tflite_name, selection.reason),
                           .place = describe_place(node),
                           .help = "compile for the target `generic`"});
    store_constants(view, *selection.call);
    Step step{.call = std::move(*selection.call),
              .inputs = {},
              .outputs = {},
              .op = std::string(name_of(node.op)),
              .source_op = std::string(definition.facts().tflite_name),
              .name = node.name,
              .source_index = node.source_index,
              .signature = signature(view),
              .macs = definition.macs(view),
              .reason = std::move(selection.reason)};
    const int32_t at = now();
    for (const TensorId id : node.inputs) {
      const bool stored = id.valid() && !graph_.at(id).is_constant();
      step.inputs.push_back(stored ? storage_[id.index] : SIZE_MAX);
      if (stored) program_.buffers[storage_[id.index]].last_step = at;
    }
    for (const TensorId id : node.outputs) {
      storage_[id.index] = add_buffer(graph_.at(id), at);
      step.outputs.push_back(storage_[id.index]);
    }
    if (step.call.scratch_bytes > 0) {
      step.scratch = program_.buffers.size();
      program_.buffers.push_back({.name = "scratch of " + node.name,
                                  .bytes = step.call.scratch_bytes,
                                  .first_step = at,
                                  .last_step = at,
                                  .scratch = true});
    }
    program_.live_macs += step.macs;
    constexpr int32_t invoke_frame = 256;  // of ID_invoke itself, with what compilers inline into it
    program_.stack_bytes = std::max(program_.stack_bytes, step.call.stack_bytes + invoke_frame);
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

  Result<Program> constant_output(TensorId id) const {
    return Diagnostic{.code = DiagnosticCode::E0403,
                      .message = "a model output does not depend on any input",
                      .place = fmt::format("output \"{}\"", printable(graph_.at(id).name)),
                      .help = "remove the output from the model: its value is a constant"};
  }

  // The generated functions are ID_ACCESSOR and ID_ACCESSOR_quantize. A name that begins with ID_, or ends in
  // the latter, could meet another port's.
  std::string accessor(const std::string& name, const char* when_empty) const {
    const char* const other = options_.name == "port" ? "tensor" : "port";
    std::string text = identifier(name, when_empty);
    while (text.starts_with(options_.name + "_"))
      text = identifier(text.substr(options_.name.size() + 1), other);
    if (text.ends_with("quantize")) text += "_value";
    return text;
  }

  void ports() {
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
                         .buffer = storage_[id.index]});
      }
    };
    add(graph_.inputs, program_.inputs, "input");
    add(graph_.outputs, program_.outputs, "output");
  }

  void plan() {
    std::vector<PlanBuffer> wanted;
    std::vector<size_t> index(program_.buffers.size(), SIZE_MAX);
    for (size_t i = 0; i < program_.buffers.size(); ++i) {
      const ProgramBuffer& buffer = program_.buffers[i];
      if (buffer.region != Region::arena) continue;
      index[i] = wanted.size();
      wanted.push_back({.name = buffer.name,
                        .bytes = buffer.bytes,
                        .alignment = 16,
                        .first_step = buffer.first_step,
                        .last_step = buffer.last_step});
    }
    std::vector<PlanOverlap> overlaps;
    for (size_t i = 0; i < program_.steps.size(); ++i) {
      const Step& step = program_.steps[i];
      for (const KernelOverlap& overlap : step.call.overlaps) {
        const size_t input = step.inputs.at(overlap.input);
        if (input == SIZE_MAX || program_.buffers[input].region != Region::arena) continue;
        // Only who reads last may be overwritten.
        if (program_.buffers[input].last_step != static_cast<int32_t>(i) + 1) continue;
        overlaps.push_back(
            {.input = index[input],
             .output = index[step.outputs.at(0)],
             .distance = overlap.distance,
             .sharing = overlap.same_address_only ? Sharing::same_offset : Sharing::at_or_below});
      }
    }
    const std::optional<MemoryPlan> plan = plan_memory(wanted, overlaps);
    // Sizes and offsets stand in the generated file as numbers of 32 bits.
    if (!plan || plan->total_bytes > INT32_MAX) {
      diagnostics_.push_back({.code = DiagnosticCode::E0403,
                              .message = "the tensors add up to more than 2 GB",
                              .help = "check the shapes: `burin inspect` prints them"});
      return;
    }
    for (size_t i = 0; i < program_.buffers.size(); ++i)
      if (index[i] != SIZE_MAX) program_.buffers[i].offset = plan->offsets[index[i]];
    program_.arena_alignment = arena_alignment;
    program_.arena_bytes = plan->total_bytes;
    program_.arena_lower_bound = plan->lower_bound;
    program_.arena_optimal = plan->optimal;
    program_.peak_step = plan->peak_step;
  }

  const Graph& graph_;
  const Target& target_;
  const LoweringOptions& options_;
  std::vector<size_t> storage_;  // buffer of each tensor
  Program program_;
  Diagnostics diagnostics_;
};

}  // namespace

Result<Program> lower(const Graph& graph, const Target& target, const LoweringOptions& options) {
  return Lowering(graph, target, options).run();
}

}  // namespace burin
