// ID.h: the C and C++ interface of a generated model.
#include <fmt/format.h>

#include "codegen/generate.hpp"
#include "codegen/text.hpp"
#include "tensor/dtype.hpp"

namespace burin::codegen {
namespace {

class HeaderWriter {
 public:
  HeaderWriter(const Program& program, const GenerateOptions& options)
      : program_(program), options_(options), id_(program.name), macro_(upper(program.name)) {}

  std::string write() {
    top();
    sizes();
    for (size_t i = 0; i < program_.inputs.size(); ++i) port_facts("input", i, program_.inputs[i]);
    for (size_t i = 0; i < program_.outputs.size(); ++i) port_facts("output", i, program_.outputs[i]);
    functions();
    conversions();
    cpp_class();
    line("#endif  /* {}_H */", macro_);
    return std::move(text_);
  }

 private:
  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    text_ += fmt::format(format, std::forward<Values>(values)...) + "\n";
  }

  void top() {
    line("/* SPDX-License-Identifier: 0BSD */");
    line("/* {}{} from \"{}\" for {}. Do not edit. */", generated_mark, BURIN_VERSION,
         origin_of_model(program_.model_file), program_.target);
    line("#ifndef {}_H", macro_);
    line("#define {}_H\n", macro_);
    line("#include <stddef.h>\n#include <stdint.h>\n");
  }

  void sizes() {
    line("#define {}_ARENA_BYTES {}u /* all RAM that an invocation needs, kernel scratch included */", macro_,
         program_.arena_bytes);
    line("#define {}_ARENA_ALIGN {}u", macro_, program_.arena_alignment);
    line("#define {}_STATE_BYTES {}u /* kept between invocations */", macro_, program_.state_bytes);
    stack();
    line(
        "/* Placement, as attributes on the compiler's command line. GCC has zeros in flash unless the name "
        "of the");
    line(
        "   arena's section begins with .bss; where the linker script says NOLOAD, define {}_ARENA_NOLOAD. "
        "*/",
        macro_);
    line("#ifndef {0}_WEIGHTS_ATTR\n#define {0}_WEIGHTS_ATTR\n#endif", macro_);
    line("#ifndef {0}_ARENA_ATTR\n#define {0}_ARENA_ATTR\n#endif\n", macro_);
  }

  // Frames are others where a compiler does not optimize.
  void stack() {
    line("/* Bound of the stack below {0}_invoke, where {0}.cpp is compiled like what includes this. */",
         id_);
    line("#ifdef __OPTIMIZE__\n#define {0}_STACK_BYTES {1}u\n#else\n#define {0}_STACK_BYTES {2}u\n#endif\n",
         macro_, program_.stack.optimized, program_.stack.unoptimized);
  }

  void port_facts(const char* kind, size_t index, const Port& port) {
    const Quantization& q = port.quantization;
    const std::string prefix = macro_ + "_" + upper(port.accessor);
    std::string meaning;
    if (q.per_tensor() && port.dtype != DType::f32)
      meaning = fmt::format("; real = {} * (q - {})", literal(q.scale()), q.zero_point());
    line("/* {} {} \"{}\": {} [{}]{} */", kind, index, comment_text(port.name), long_name_of(port.dtype),
         to_string(port.shape), meaning);
    line("#define {}_LEN {}u", prefix, port.shape.elements());
    if (!meaning.empty()) {
      line("#define {}_SCALE {}", prefix, literal(q.scale()));
      line("#define {}_ZERO_POINT {}", prefix,
           q.zero_point() < 0 ? fmt::format("({})", q.zero_point()) : std::to_string(q.zero_point()));
    }
    line("");
  }

  void functions() {
    line("#ifdef __cplusplus\nextern \"C\" {{\n#endif\n");
    line("typedef enum {{ {0}_OK = 0, {0}_ERROR_NULL, {0}_ERROR_ALIGN }} {1}_status;\n", macro_, id_);
    line("#ifndef {}_NO_SINGLETON", macro_);
    line("/* One static instance: copies the inputs in, runs, copies the outputs out. Not re-entrant. */");
    line("{0}_status {0}_run({1});", id_, run_parameters(program_));
    if (program_.state_bytes > 0)
      line("/* State of the static instance back to its initial values. */\nvoid {}_run_reset(void);", id_);
    line("#endif\n");
    line(
        "/* Caller-owned instances: as many as wanted; an arena may be shared by instances that do not run "
        "at once. */");
    line("typedef struct {0}_context {{\n  void* arena; /* {1}_ARENA_BYTES, aligned to {1}_ARENA_ALIGN */",
         id_, macro_);
    line(
        "  void* state; /* {0}_STATE_BYTES, aligned likewise; may be null where that is 0 */\n}} "
        "{1}_context;\n",
        macro_, id_);
    line("/* Binds the memory and resets the state. */");
    line("{0}_status {0}_init({0}_context* context, void* arena, void* state);", id_);
    for (const Port& port : program_.inputs) {
      line("/* Write here, then invoke; an invocation uses the memory for other things. */");
      line("{0}* {1}_{2}({1}_context* context);", c_type(port.dtype), id_, port.accessor);
    }
    line("{0}_status {0}_invoke({0}_context* context);", id_);
    for (const Port& port : program_.outputs) {
      line("/* Valid until an input is written. */");
      line("const {0}* {1}_{2}(const {1}_context* context);", c_type(port.dtype), id_, port.accessor);
    }
    line("/* State back to its initial values{}. */",
         program_.state_bytes == 0 ? ": this model has none" : "");
    line("void {0}_reset({0}_context* context);", id_);
    if (!options_.self_test.empty()) {
      line(
          "/* Runs {} embedded samples and compares with the reference: 0, or the 1-based number of the "
          "first sample",
          options_.self_test.size());
      line("   that differs. */");
      line("int32_t {0}_selftest({0}_context* context);", id_);
      line("#ifndef {0}_NO_SINGLETON\n/* The same on the static instance. */", macro_);
      line("int32_t {0}_run_selftest(void);\n#endif", id_);
    }
    line("\n#ifdef __cplusplus\n}} /* extern \"C\" */\n#endif\n");
  }

  void conversions() {
    for (const auto* ports : {&program_.inputs, &program_.outputs}) {
      for (const Port& port : *ports) {
        if (port.dtype == DType::f32 || !port.quantization.per_tensor()) continue;
        const IntegerRange range = integer_range(port.dtype);
        if (range.highest > INT16_MAX) continue;
        const std::string prefix = macro_ + "_" + upper(port.accessor);
        line(
            "static inline {0} {1}_{2}_quantize(float real) {{ /* to nearest, saturating; not a number: "
            "lowest */",
            c_type(port.dtype), id_, port.accessor);
        line("  const float q = real / {0}_SCALE + (float){0}_ZERO_POINT;", prefix);
        line("  if (!(q > {}.0f)) return {};", range.lowest, range.lowest);
        line("  if (q >= {}.0f) return {};", range.highest, range.highest);
        line("  return ({})(int32_t)(q < 0.0f ? q - 0.5f : q + 0.5f);\n}}", c_type(port.dtype));
        line("static inline float {1}_{2}_dequantize({0} q) {{", c_type(port.dtype), id_, port.accessor);
        line("  return {0}_SCALE * (float)((int32_t)q - {0}_ZERO_POINT);\n}}", prefix);
      }
    }
    line("");
  }

  void cpp_class() {
    line("#ifdef __cplusplus\n/* An instance that owns its memory. */");
    line("class {}_model {{\n public:", id_);
    line("  {0}_model() : context_(), status_(bind(memory_)) {{}}", id_);
    line("  {0}_model(const {0}_model&) = delete;\n  {0}_model& operator=(const {0}_model&) = delete;", id_);
    for (const Port& port : program_.inputs)
      line("  {0}* {2}() {{ return {1}_{2}(&context_); }}", c_type(port.dtype), id_, port.accessor);
    line("  {0}_status invoke() {{ return status_ == {1}_OK ? {0}_invoke(&context_) : status_; }}", id_,
         macro_);
    for (const Port& port : program_.outputs)
      line("  const {0}* {2}() const {{ return {1}_{2}(&context_); }}", c_type(port.dtype), id_,
           port.accessor);
    line("  void reset() {{ {}_reset(&context_); }}\n", id_);
    line(" private:");
    line("  /* Aligned here: whoever allocates an object need not know how far its memory has to be. */");
    line("  {0}_status bind(unsigned char* memory) {{", id_);
    line("    const uintptr_t beyond = reinterpret_cast<uintptr_t>(memory) % {}_ARENA_ALIGN;", macro_);
    line("    unsigned char* const arena = memory + (beyond == 0u ? 0u : {}_ARENA_ALIGN - beyond);", macro_);
    line("    return {0}_init(&context_, arena, arena + {1}_ARENA_BYTES);\n  }}\n", id_, macro_);
    line("  unsigned char memory_[{0}_ARENA_BYTES + {0}_STATE_BYTES + {0}_ARENA_ALIGN - 1u];", macro_);
    line("  {0}_context context_;\n  {0}_status status_;\n}};", id_);
    if (!options_.self_test.empty()) {
      line("\n#ifndef {}_NO_SINGLETON", macro_);
      line("inline int32_t {0}_selftest() {{ return {0}_run_selftest(); }}\n#endif", id_);
    }
    line("#endif\n");
  }

  const Program& program_;
  const GenerateOptions& options_;
  const std::string id_;
  const std::string macro_;
  std::string text_;
};

}  // namespace

std::string generate_header(const Program& program, const GenerateOptions& options) {
  return HeaderWriter(program, options).write();
}

}  // namespace burin::codegen
