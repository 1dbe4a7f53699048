// ID.cpp: the generated model.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "codegen/amalgamate.hpp"
#include "codegen/generate.hpp"
#include "codegen/text.hpp"

namespace burin::codegen {
namespace {

// Float32 outputs are not compared bit for bit: docs/numerics.md has the bound.
constexpr const char* float_comparison = R"(
// Within 1e-5 of the largest finite magnitude that is expected.
bool selftest_close(const float* actual, const uint8_t* expected_bytes, uint32_t elements) {
  float largest = 0.0f;
  for (uint32_t i = 0; i < elements; ++i) {
    float expected;
    memcpy(&expected, expected_bytes + sizeof(float) * i, sizeof(float));
    const float magnitude = expected < 0.0f ? -expected : expected;
    if (magnitude > largest && magnitude <= 3.4028235e38f) largest = magnitude;
  }
  for (uint32_t i = 0; i < elements; ++i) {
    float expected;
    memcpy(&expected, expected_bytes + sizeof(float) * i, sizeof(float));
    const float difference = actual[i] < expected ? expected - actual[i] : actual[i] - expected;
    const bool same = memcmp(&actual[i], &expected, sizeof(float)) == 0 ||
                      (!(actual[i] <= 0.0f || actual[i] >= 0.0f) && !(expected <= 0.0f || expected >= 0.0f));
    if (!same && !(difference <= largest * 1e-5f)) return false;
  }
  return true;
}
)";

class SourceWriter {
 public:
  SourceWriter(const Program& program, const GenerateOptions& options)
      : program_(program), options_(options), id_(program.name), macro_(upper(program.name)) {
    // The functions of the header are visible where the names below are.
    for (const std::string_view own : common_functions()) names_.claim(fmt::format("{}_{}", id_, own));
    for (const auto* ports : {&program.inputs, &program.outputs})
      for (const Port& port : *ports) names_.claim(id_ + "_" + port.accessor);
    // Port names first: they are the parameters of ID_run, and nothing may shadow or be shadowed.
    for (const auto* ports : {&program.inputs, &program.outputs})
      for (const Port& port : *ports) names_.claim(port.accessor);
    name_steps();
    name_buffers();
  }

  std::string write() {
    const Amalgamation kernels = amalgamated();
    summary();
    const size_t contents_at = text_.size();
    preamble(kernels);
    // The model's own text stands around the kernels, which are the same in every file.
    section("constants", "packed as the kernels consume them, in flash");
    line("namespace {{");
    constants();
    state_initials();
    section("geometry", "the sizes of every layer, as types: equal layers share one instantiation");
    geometries();
    line("}}  // namespace\n");
    section("kernels", "the same text whatever the model");
    line("namespace {{\n");
    text_ += kernels.text;
    section("placement", "a check of the attributes that place memory");
    placement();
    section("layers", "a kernel with a geometry each");
    kernel_types();
    line("}}  // namespace\n");
    section("instances", "where inputs and outputs lie in memory");
    context_functions();
    section("inference", "the layers, one after another");
    invoke();
    section("static instance", "the one that needs no memory of the caller");
    singleton();
    self_test();
    text_.insert(contents_at, contents(contents_at));
    return std::move(text_);
  }

 private:
  // All steps' kernels are over one layer.
  Amalgamation amalgamated() const {
    std::vector<std::string> headers = {"generic/placement.hpp", "generic/primitives.hpp"};
    for (const Step& step : program_.steps) headers.push_back(step.call.header);
    return amalgamate(headers, program_.steps.empty() ? "generic" : program_.steps.front().call.isa_folder);
  }

  // A part of the file: its mark, and a line of the table of contents.
  void section(const std::string& title, const std::string& what) {
    if (!text_.ends_with("\n\n")) text_ += '\n';
    sections_.push_back({title, what, text_.size()});
    line("// ==== {} ====", title);
  }

  // The table of contents, with the numbers that lines have once it is inserted at `at`.
  std::string contents(size_t at) const {
    size_t width = 0;
    for (const Section& part : sections_) width = std::max(width, part.title.size());
    std::string text = "//\n// Contents, by line:\n";
    const size_t own_lines = sections_.size() + 3;
    for (const Section& part : sections_) {
      const auto lines_before =
          std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(part.begin), '\n');
      text += fmt::format("// {:>6}  {:<{}}  {}\n", static_cast<size_t>(lines_before) + own_lines + 1,
                          part.title, width, part.what);
    }
    BURIN_CHECK(at <= text_.size(), "a table of contents behind the file");
    return text + "\n";
  }

  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    text_ += fmt::format(format, std::forward<Values>(values)...) + "\n";
  }

  // Layers carry the model's own names: the last part of the path, with as many parts before it as tell it
  // from all others. What still is not unique is numbered.
  void name_steps() {
    constexpr size_t most_parts = 3;
    std::vector<std::vector<std::string>> candidates;
    std::map<std::string, size_t> uses;
    for (const Step& step : program_.steps) {
      candidates.push_back(tail_names(step.name, step.op, most_parts));
      for (const std::string& name : candidates.back()) ++uses[name];
    }
    for (const std::vector<std::string>& names : candidates) {
      const auto unique =
          std::ranges::find_if(names, [&](const std::string& name) { return uses[name] == 1; });
      step_names_.push_back(names_.claim(unique == names.end() ? names.front() : *unique));
    }
  }

  void name_buffers() {
    std::set<size_t> used;
    for (const Step& step : program_.steps) {
      used.insert(step.inputs.begin(), step.inputs.end());
      used.insert(step.outputs.begin(), step.outputs.end());
      used.insert(step.scratch);
    }
    for (const Port& port : program_.inputs) buffer_names_[port.buffer] = port.accessor;
    for (size_t i = 0; i < program_.steps.size(); ++i) {
      const Step& step = program_.steps[i];
      for (const size_t buffer : step.outputs)
        if (!buffer_names_.contains(buffer)) buffer_names_[buffer] = names_.claim(step_names_[i] + "_out");
      if (step.scratch != SIZE_MAX) buffer_names_[step.scratch] = names_.claim(step_names_[i] + "_scratch");
    }
    for (size_t i = 0; i < program_.buffers.size(); ++i) {
      if (!used.contains(i))
        buffer_names_.erase(i);
      else if (!buffer_names_.contains(i))
        buffer_names_[i] = names_.claim(identifier(program_.buffers[i].name, "buffer"));
    }
  }

  void summary() {
    line("// SPDX-License-Identifier: 0BSD");
    line("// {}{} from \"{}\" for {}. Do not edit.", generated_mark, BURIN_VERSION,
         origin_of_model(program_.model_file), program_.target);
    line("// Model SHA-256: {}", program_.model_hash);
    line(
        "// {} layers, {} multiply-accumulates ({} in the model), {} bytes of arena, {} of state, {} of "
        "constants.",
        program_.steps.size(), program_.live_macs, program_.macs, program_.arena_bytes, program_.state_bytes,
        program_.weight_bytes());
  }

  void preamble(const Amalgamation& kernels) {
    line("#include \"{}.h\"\n", id_);
    std::set<std::string> includes = kernels.system_headers;
    includes.insert({"stddef.h", "stdint.h", "string.h"});
    if (has_values_that_are_not_finite()) includes.insert("math.h");
    for (const std::string& include : includes) line("#include <{}>", include);
    line("");
    if (!program_.guard.empty()) {
      line("#if !({})", program_.guard);
      line(
          "#error \"{}.cpp is generated for {}: compile it with that core's flags, or generate it for "
          "another target.\"",
          id_, program_.target);
      line("#endif\n");
    }
    // Portable kernels have assembly for some compilers, and do without it for others.
    if (!program_.guard.empty() && kernels.text.find("__asm__") != std::string::npos) {
      line("#if !(defined(__clang__) || (defined(__GNUC__) && __GNUC__ >= 8))");
      line(
          "#error \"{}.cpp has inner loops in assembly, in the syntax of clang and of GCC from version 8 on. "
          "For "
          "another compiler generate it for the target generic.\"",
          id_);
      line("#endif\n");
    }
    line("// Called before each layer, for profiling; costs nothing unless defined.");
    line("#ifndef {0}_LAYER_HOOK\n#define {0}_LAYER_HOOK(index) ((void)0)\n#endif\n", macro_);
  }

  bool has_values_that_are_not_finite() const {
    return std::ranges::any_of(program_.steps, [](const Step& step) {
      for (const KernelArgument& argument : step.call.arguments)
        if (const auto* value = std::get_if<float>(&argument); value != nullptr && !std::isfinite(*value))
          return true;
      return std::ranges::any_of(step.call.constants, [](const KernelConstant& constant) {
        return constant.type == ElementType::f32 &&
               !std::ranges::all_of(constant.data.as<float>(),
                                    [](float value) { return std::isfinite(value); });
      });
    });
  }

  // Attributes that place memory where it would not work are refused.
  void placement() {
    line("#define {0}_TEXT(...) #__VA_ARGS__\n#define {0}_EXPANDED_TEXT(...) {0}_TEXT(__VA_ARGS__)", macro_);
    line("static_assert(burin_kernels::Placement::is_readable({0}_EXPANDED_TEXT({0}_WEIGHTS_ATTR)),", macro_);
    line("              \"{}_WEIGHTS_ATTR: program memory is not read by ordinary loads\");", macro_);
    line("#if defined(__GNUC__) && !defined(__clang__) && !defined({}_ARENA_NOLOAD)", macro_);
    line("static_assert(burin_kernels::Placement::takes_no_flash({0}_EXPANDED_TEXT({0}_ARENA_ATTR)),",
         macro_);
    line("              \"{}_ARENA_ATTR: a section that is not named .bss* has its zeros in flash\");",
         macro_);
    line("#endif\n");
  }

  // Equal constants of several steps, such as a recurrent layer's that was unrolled, stand in flash once.
  void constants() {
    std::map<const KernelConstant*, std::string, StoredBefore> known;
    for (size_t i = 0; i < program_.steps.size(); ++i) {
      const KernelCall& call = program_.steps[i].call;
      for (const KernelConstant& constant : call.constants) {
        const auto [entry, fresh] = known.try_emplace(&constant);
        if (fresh) {
          entry->second = names_.claim(step_names_[i] + "_" + identifier(constant.role, "constant"));
          array(entry->second, constant);
        }
        constant_names_[&constant] = entry->second;
      }
    }
  }

  void array(const std::string& name, const KernelConstant& constant) {
    const auto count = constant.data.bytes().size() / static_cast<size_t>(byte_width(constant.type));
    BURIN_CHECK(count > 0, "an empty constant");
    line("alignas({}) {}_WEIGHTS_ATTR constexpr {} {}[{}] = {{\n{}}};", constant.alignment, macro_,
         c_type(constant.type), name, count, array_body(constant, "    "));
  }

  // The value of all bytes, where they are equal: such a state needs no array in flash.
  static std::optional<uint8_t> fill_of(const StateInitial& initial) {
    const auto bytes = initial.value.as<uint8_t>();
    const bool equal = std::ranges::all_of(bytes, [&](uint8_t byte) { return byte == bytes.front(); });
    return equal && !bytes.empty() ? std::optional(bytes.front()) : std::nullopt;
  }

  void state_initials() {
    for (size_t i = 0; i < program_.state_initials.size(); ++i) {
      const StateInitial& initial = program_.state_initials[i];
      if (fill_of(initial)) continue;
      state_names_[i] = names_.claim(fmt::format("state_{}_initial", i));
      array(state_names_[i], {"initial", ElementType::u8, initial.value, 1});
    }
  }

  // What geometries have where their own struct does not say otherwise.
  static constexpr std::pair<std::string_view, int32_t> usual[] = {
      {"dilation_height", 1}, {"dilation_width", 1},  {"input_ring_rows", 0},
      {"left_ring_rows", 0},  {"right_ring_rows", 0}, {"output_ring_rows", 0}};

  static bool is_usual(const std::pair<std::string, int32_t>& enumerator) {
    return std::ranges::find(usual, std::pair<std::string_view, int32_t>(enumerator)) != std::end(usual);
  }

  template <class Enumerators>
  static std::string enumerators_of(const Enumerators& enumerators) {
    std::string body;
    for (const auto& [name, value] : enumerators)
      body += fmt::format("{}{} = {}", body.empty() ? "" : ", ", name, literal(value));
    return wrapped(body, 19);
  }

  void geometries() {
    if (std::ranges::any_of(program_.steps, [](const Step& step) {
          return std::ranges::any_of(step.call.geometry.enumerators(), is_usual);
        })) {
      usual_geometry_ = names_.claim("usual_geometry");
      line("// No dilation, and tensors stored whole instead of in rings of their latest rows.");
      line("struct {} {{\n  enum : int32_t {{ {} }};\n}};", usual_geometry_, enumerators_of(usual));
    }
    std::map<Geometry, std::string> geometries;
    for (size_t i = 0; i < program_.steps.size(); ++i) {
      const KernelCall& call = program_.steps[i].call;
      std::string& geometry = geometries[call.geometry];
      if (geometry.empty()) {
        geometry = names_.claim(step_names_[i] + "_geometry");
        std::vector<std::pair<std::string, int32_t>> own = call.geometry.enumerators();
        const bool has_usual = std::erase_if(own, is_usual) > 0;
        line("struct {}{} {{\n  enum : int32_t {{ {} }};\n}};", geometry,
             has_usual ? " : " + usual_geometry_ : "", enumerators_of(own));
      }
      geometry_names_.push_back(geometry);
    }
  }

  void kernel_types() {
    std::map<std::string, std::string> kernels;
    for (size_t i = 0; i < program_.steps.size(); ++i) {
      const KernelCall& call = program_.steps[i].call;
      const std::string type =
          fmt::format("burin_kernels::{}<{}, burin_kernels::{}>", call.kernel, geometry_names_[i], call.isa);
      std::string& kernel = kernels[type];
      if (kernel.empty()) {
        kernel = names_.claim(step_names_[i] + "_kernel");
        line("using {} =\n    {};", kernel, type);
        line(
            "static_assert({0}::accepts() && {0}::scratch_bytes() <= {1},\n"
            "              \"the kernel was chosen for another geometry\");",
            kernel, call.scratch_bytes);
      }
      kernel_types_.push_back(kernel);
    }
    line("");
  }

  // Breaks at ", " to keep lines below about 110 columns; all begin at column `indent`.
  static std::string wrapped(const std::string& list, size_t indent) {
    std::string result;
    size_t column = indent;
    for (size_t at = 0; at < list.size();) {
      const size_t comma = list.find(", ", at);
      const std::string item =
          list.substr(at, comma == std::string::npos ? std::string::npos : comma + 2 - at);
      if (column + item.size() > 110) {
        while (result.ends_with(' ')) result.pop_back();
        result += "\n" + std::string(indent, ' ');
        column = indent;
      }
      result += item;
      column += item.size();
      at = comma == std::string::npos ? list.size() : comma + 2;
    }
    return result;
  }

  std::string address(size_t buffer) const {
    const ProgramBuffer& b = program_.buffers.at(buffer);
    return fmt::format("{} + {}", region_name(b), b.offset);
  }

  static const char* region_name(const ProgramBuffer& buffer) {
    return buffer.region == Region::arena ? "arena" : "state";
  }

  static std::string pointer_type(const ProgramBuffer& buffer) {
    return buffer.scratch ? "int8_t" : std::string(c_type(buffer.dtype));
  }

  void context_functions() {
    line("namespace {{");
    line("// The place of a value in a region of memory.");
    line("template <class Value>\nValue* at(void* region, size_t offset) {{");
    line("  return static_cast<Value*>(static_cast<void*>(static_cast<uint8_t*>(region) + offset));\n}}");
    line("}}  // namespace\n");
    line("{0}_status {0}_init({0}_context* context, void* arena, void* state) {{", id_);
    line("  if (context == NULL || arena == NULL{}) return {}_ERROR_NULL;",
         program_.state_bytes > 0 ? " || state == NULL" : "", macro_);
    line("  if (reinterpret_cast<uintptr_t>(arena) % {0}_ARENA_ALIGN != 0u{1}) return {0}_ERROR_ALIGN;",
         macro_,
         program_.state_bytes > 0
             ? fmt::format(" || reinterpret_cast<uintptr_t>(state) % {}_ARENA_ALIGN != 0u", macro_)
             : "");
    line("  context->arena = arena;\n  context->state = state;\n  {}_reset(context);\n  return {}_OK;\n}}\n",
         id_, macro_);
    for (const Port& port : program_.inputs) {
      line("{0}* {1}_{2}({1}_context* context) {{", c_type(port.dtype), id_, port.accessor);
      line("  return at<{}>(context->arena, {});\n}}\n", c_type(port.dtype),
           program_.buffers.at(port.buffer).offset);
    }
    for (const Port& port : program_.outputs) {
      const ProgramBuffer& buffer = program_.buffers.at(port.buffer);
      line("const {0}* {1}_{2}(const {1}_context* context) {{", c_type(port.dtype), id_, port.accessor);
      line("  return at<{}>(context->{}, {});\n}}\n", c_type(port.dtype), region_name(buffer), buffer.offset);
    }
    line("void {0}_reset({0}_context* context) {{", id_);
    if (program_.state_initials.empty()) {
      line("  (void)context;");
    } else {
      line("  uint8_t* const state = static_cast<uint8_t*>(context->state);");
      for (size_t i = 0; i < program_.state_initials.size(); ++i) {
        const StateInitial& initial = program_.state_initials[i];
        if (const std::optional<uint8_t> fill = fill_of(initial))
          line("  memset({}, {}, {});", address(initial.buffer), *fill, initial.value.bytes().size());
        else
          line("  memcpy({0}, {1}, sizeof {1});", address(initial.buffer), state_names_[i]);
      }
    }
    line("}}\n");
  }

  void invoke() {
    line("{0}_status {0}_invoke({0}_context* context) {{", id_);
    line("  if (context == NULL || context->arena == NULL) return {}_ERROR_NULL;", macro_);
    bool arena = false;
    bool state = false;
    for (const auto& [buffer, name] : buffer_names_)
      (program_.buffers.at(buffer).region == Region::arena ? arena : state) = true;
    if (arena) line("  void* const arena = context->arena;");
    if (state) line("  void* const state = context->state;");
    line("  // The buffers: what bytes of a region they take, and from which layer to which they are live.");
    for (const auto& [buffer, name] : buffer_names_) {
      const ProgramBuffer& b = program_.buffers.at(buffer);
      const std::string pointer =
          fmt::format("{0}* const {1} = at<{0}>({2}, {3});", pointer_type(b), name, region_name(b), b.offset);
      const std::string place = fmt::format("// [{}, {}) {}", b.offset, b.offset + b.bytes, lifetime(b));
      const bool fits = pointer.size() + place.size() <= 104;
      line("  {}", fits ? pointer + "  " + place : place + "\n  " + pointer);
    }
    for (size_t i = 0; i < program_.steps.size(); ++i) step(i);
    line("  return {}_OK;\n}}\n", macro_);
  }

  std::string lifetime(const ProgramBuffer& buffer) const {
    const auto count = static_cast<int32_t>(program_.steps.size());
    const auto at = [&](int32_t s) {
      return s <= 0      ? std::string("inputs")
             : s > count ? std::string("outputs")
                         : step_names_[static_cast<size_t>(s - 1)];
    };
    if (buffer.region == Region::state) return "state";
    if (buffer.first_step == buffer.last_step) return "live: " + at(buffer.first_step);
    return fmt::format("live: {} .. {}", at(buffer.first_step), at(buffer.last_step));
  }

  void step(size_t i) {
    const Step& step = program_.steps[i];
    const std::string what = fmt::format("// {}: {} {}", step_names_[i], step.op, step.signature);
    const std::string origin =
        fmt::format("({} op {} \"{}\"; kernel {} on {}; {} MAC)", step.source_op, step.source_index,
                    comment_text(step.name), step.call.kernel, step.call.isa, step.macs);
    line("\n  {}{}{}", what, what.size() + origin.size() <= 106 ? "  " : "\n  // ", origin);
    if (!step.call.requantization.empty())
      line("  // requantization: {}", comment_text(step.call.requantization));
    line("  {}_LAYER_HOOK({});", macro_, i);
    std::string arguments;
    for (const KernelArgument& argument : step.call.arguments) {
      if (!arguments.empty()) arguments += ", ";
      arguments += spell(step, argument);
    }
    const bool fits = kernel_types_[i].size() + arguments.size() <= 100;
    line("  {}::run({}{});", kernel_types_[i], fits ? "" : "\n      ", wrapped(arguments, 6));
  }

  std::string spell(const Step& step, const KernelArgument& argument) const {
    struct Speller {
      const SourceWriter& writer;
      const Step& step;
      std::string operator()(InputArgument a) const {
        return writer.buffer_names_.at(step.inputs.at(a.index));
      }
      std::string operator()(OutputArgument a) const {
        return writer.buffer_names_.at(step.outputs.at(a.index));
      }
      std::string operator()(ConstantArgument a) const {
        return writer.constant_names_.at(&step.call.constants.at(a.index));
      }
      std::string operator()(ScratchArgument) const {
        return step.scratch == SIZE_MAX ? std::string("NULL") : writer.buffer_names_.at(step.scratch);
      }
      std::string operator()(int32_t value) const { return literal(value); }
      std::string operator()(float value) const { return literal(value); }
    };
    return std::visit(Speller{*this, step}, argument);
  }

  void singleton() {
    line("#ifndef {}_NO_SINGLETON", macro_);
    line("namespace {{");
    line(
        "alignas({0}_ARENA_ALIGN) {0}_ARENA_ATTR uint8_t singleton_arena[{0}_ARENA_BYTES > 0u ? "
        "{0}_ARENA_BYTES : 1u];",
        macro_);
    if (program_.state_bytes > 0)
      line("alignas({0}_ARENA_ALIGN) {0}_ARENA_ATTR uint8_t singleton_state[{0}_STATE_BYTES];", macro_);
    line("{}_context singleton;\n", id_);
    line("{}_status bind_singleton() {{", id_);
    line("  if (singleton.arena != NULL) return {}_OK;", macro_);
    line("  return {}_init(&singleton, singleton_arena, {});\n}}", id_,
         program_.state_bytes > 0 ? "singleton_state" : "NULL");
    line("}}  // namespace\n");
    if (program_.state_bytes > 0) line("void {0}_run_reset(void) {{ singleton.arena = NULL; }}\n", id_);
    line("{}_status {}_run({}) {{", id_, id_, run_parameters(program_));
    std::string nulls;
    for (const auto* ports : {&program_.inputs, &program_.outputs})
      for (const Port& port : *ports) nulls += (nulls.empty() ? "" : " || ") + port.accessor + " == NULL";
    if (!nulls.empty()) line("  if ({}) return {}_ERROR_NULL;", nulls, macro_);
    line("  {}_status status = bind_singleton();", id_);
    line("  if (status != {}_OK) return status;", macro_);
    for (const Port& port : program_.inputs)
      line("  memcpy({0}_{1}(&singleton), {1}, sizeof({2}) * {3}_{4}_LEN);", id_, port.accessor,
           c_type(port.dtype), macro_, upper(port.accessor));
    line("  status = {}_invoke(&singleton);", id_);
    line("  if (status != {}_OK) return status;", macro_);
    for (const Port& port : program_.outputs)
      line("  memcpy({1}, {0}_{1}(&singleton), sizeof({2}) * {3}_{4}_LEN);", id_, port.accessor,
           c_type(port.dtype), macro_, upper(port.accessor));
    line("  return {}_OK;\n}}\n#endif", macro_);
  }

  void self_test() {
    if (options_.self_test.empty()) return;
    section("self-test", "recorded samples");
    line("namespace {{");
    const auto vector = [&](const char* kind, size_t sample, size_t port,
                            const std::vector<std::byte>& bytes) {
      array(fmt::format("selftest_{}_{}_{}", kind, sample, port),
            {"vector", ElementType::u8, Constant(bytes), 4});
    };
    for (size_t s = 0; s < options_.self_test.size(); ++s) {
      for (size_t p = 0; p < program_.inputs.size(); ++p)
        vector("input", s, p, options_.self_test[s].inputs[p]);
      for (size_t p = 0; p < program_.outputs.size(); ++p)
        vector("output", s, p, options_.self_test[s].outputs[p]);
    }
    const bool floats =
        std::ranges::any_of(program_.outputs, [](const Port& port) { return port.dtype == DType::f32; });
    if (floats) text_ += float_comparison;
    line("}}  // namespace\n");
    line("int32_t {0}_selftest({0}_context* context) {{\n  {0}_reset(context);", id_);
    for (size_t s = 0; s < options_.self_test.size(); ++s) {
      for (size_t p = 0; p < program_.inputs.size(); ++p)
        line("  memcpy({0}_{1}(context), selftest_input_{2}_{3}, sizeof selftest_input_{2}_{3});", id_,
             program_.inputs[p].accessor, s, p);
      line("  if ({0}_invoke(context) != {1}_OK) return {2};", id_, macro_, s + 1);
      for (size_t p = 0; p < program_.outputs.size(); ++p) {
        const std::string expected = fmt::format("selftest_output_{}_{}", s, p);
        if (program_.outputs[p].dtype == DType::f32)
          line("  if (!selftest_close({0}_{1}(context), {2}, {3}_{4}_LEN)) return {5};", id_,
               program_.outputs[p].accessor, expected, macro_, upper(program_.outputs[p].accessor), s + 1);
        else
          line("  if (memcmp({0}_{1}(context), {2}, sizeof {2}) != 0) return {3};", id_,
               program_.outputs[p].accessor, expected, s + 1);
      }
    }
    line("  {0}_reset(context);\n  return 0;\n}}", id_);
    line("\n#ifndef {}_NO_SINGLETON\nint32_t {}_run_selftest(void) {{", macro_, id_);
    line("  return bind_singleton() == {}_OK ? {}_selftest(&singleton) : -1;\n}}\n#endif", macro_, id_);
  }

  const Program& program_;
  const GenerateOptions& options_;
  const std::string id_;
  const std::string macro_;
  std::string text_;
  UniqueNames names_{{"arena", "at", "bind_singleton", "context", "singleton", "singleton_arena",
                      "singleton_state", "state", "status"}};
  std::vector<std::string> step_names_;
  std::map<size_t, std::string> buffer_names_;
  std::map<const KernelConstant*, std::string> constant_names_;
  std::map<size_t, std::string> state_names_;  // of the arrays that a reset copies
  std::string usual_geometry_;                 // base of geometries
  std::vector<std::string> geometry_names_;    // by layer
  std::vector<std::string> kernel_types_;      // by layer
  struct Section {
    std::string title;
    std::string what;
    size_t begin;  // offset in the text
  };
  std::vector<Section> sections_;
};

}  // namespace

std::string generate_source(const Program& program, const GenerateOptions& options) {
  return SourceWriter(program, options).write();
}

}  // namespace burin::codegen
