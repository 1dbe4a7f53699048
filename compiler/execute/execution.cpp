#include "execute/execution.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstring>

#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "support/embedded_files.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

namespace fs = std::filesystem;

// The vector table's share of the code memory: 16 words.
constexpr uint64_t vector_bytes = 64;

std::string in_capitals(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string switch_over(const std::string& signature, const std::vector<std::string>& values) {
  std::string text = signature + " {\n  switch (index) {\n";
  for (size_t i = 0; i < values.size(); ++i) text += fmt::format("    case {}: return {};\n", i, values[i]);
  return text + "    default: return 0;\n  }\n}\n";
}

// What model_main.cpp includes: the model's own names under common ones.
std::string adapter(const GeneratedModel& model, uint64_t samples, SampleOrder order) {
  std::vector<std::string> input_addresses;
  std::vector<std::string> input_bytes;
  std::vector<std::string> output_addresses;
  std::vector<std::string> output_bytes;
  for (const GeneratedTensor& input : model.inputs) {
    input_addresses.push_back("::" + input.accessor + "(context)");
    input_bytes.push_back(fmt::format("{}u", input.bytes));
  }
  for (const GeneratedTensor& output : model.outputs) {
    output_addresses.push_back("::" + output.accessor + "(context)");
    output_bytes.push_back(fmt::format("{}u", output.bytes));
  }
  return fmt::format(
             R"(#pragma once
#include <stdint.h>
#include "{header}"
namespace burin_model {{
enum : uint32_t {{
  arena_bytes = {capitals}_ARENA_BYTES,
  arena_align = {capitals}_ARENA_ALIGN,
  state_bytes = {capitals}_STATE_BYTES,
  input_count = {inputs},
  output_count = {outputs},
  sample_count = {samples},
  reset_each_sample = {reset}
}};
typedef ::{id}_context Context;
inline int init(Context* context, void* arena, void* state) {{ return ::{id}_init(context, arena, state); }}
inline void reset(Context* context) {{ ::{id}_reset(context); }}
inline int invoke(Context* context) {{ return ::{id}_invoke(context); }}
)",
             fmt::arg("header", model.header.filename().string()),
             fmt::arg("capitals", in_capitals(model.id)), fmt::arg("inputs", model.inputs.size()),
             fmt::arg("outputs", model.outputs.size()), fmt::arg("samples", samples),
             fmt::arg("id", model.id), fmt::arg("reset", order == SampleOrder::independent ? 1 : 0)) +
         switch_over("inline void* input(Context* context, uint32_t index)", input_addresses) +
         switch_over("inline uint32_t input_bytes(uint32_t index)", input_bytes) +
         switch_over("inline const void* output(const Context* context, uint32_t index)", output_addresses) +
         switch_over("inline uint32_t output_bytes(uint32_t index)", output_bytes) +
         "}  // namespace burin_model\n";
}

Diagnostic unfit(std::string message) {
  return {.code = DiagnosticCode::E0204,
          .message = std::move(message),
          .place = {},
          .help = "`burin inspect MODEL` shows the shapes and types of the inputs",
          .file = {}};
}

std::string_view as_text(const std::vector<uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append(std::vector<std::string>& words, std::vector<std::string> more) {
  for (std::string& word : more) words.push_back(std::move(word));
}

}  // namespace

Result<uint64_t> count_samples(const GeneratedModel& model, const TensorData& inputs) {
  if (inputs.size() != model.inputs.size()) {
    return unfit(
        fmt::format("the model has {} inputs, data are given for {}", model.inputs.size(), inputs.size()));
  }
  if (inputs.empty()) return uint64_t{1};
  for (size_t i = 0; i < inputs.size(); ++i) {
    const uint64_t bytes = model.inputs[i].bytes;
    if (inputs[i].empty() || inputs[i].size() % bytes != 0) {
      return unfit(
          fmt::format("input {} takes {} bytes a sample, the data are {} bytes", i, bytes, inputs[i].size()));
    }
    const uint64_t samples = inputs[i].size() / bytes;
    const uint64_t first = inputs[0].size() / model.inputs[0].bytes;
    if (samples != first)
      return unfit(fmt::format("{} samples for input 0, but {} for input {}", first, samples, i));
  }
  return inputs[0].size() / model.inputs[0].bytes;
}

Result<Done> write_program(const GeneratedModel& model, const TensorData& inputs, uint64_t samples,
                           SampleOrder order, const fs::path& folder) {
  const std::string_view platform = "runtime-stub/platform/";
  for (const EmbeddedFile& file : embedded_files_under(platform)) {
    const Result<Done> written = write_file(folder / file.path.substr(platform.size()), file.contents);
    if (!written) return written;
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Result<Done> written = write_file(folder / fmt::format("input_{}.bin", i), as_text(inputs[i]));
    if (!written) return written;
  }
  return write_file(folder / "burin_model.h", adapter(model, samples, order));
}

std::vector<std::string> emulator_link_options(const Emulator& emulator, const fs::path& linker_script) {
  // The vector table may stand in front of the code or apart from it.
  const uint64_t taken = emulator.vectors == emulator.flash_origin ? vector_bytes : 0;
  return {"-nostdlib",
          fmt::format("-Wl,--defsym=burin_vectors_origin={:#x}", emulator.vectors),
          fmt::format("-Wl,--defsym=burin_flash_origin={:#x}", emulator.flash_origin + taken),
          fmt::format("-Wl,--defsym=burin_flash_bytes={:#x}", emulator.flash_bytes - taken),
          fmt::format("-Wl,--defsym=burin_ram_origin={:#x}", emulator.ram_origin),
          fmt::format("-Wl,--defsym=burin_ram_bytes={:#x}", emulator.ram_bytes),
          "-T" + linker_script.string(),
          "-Wl,--start-group",
          "-lm",
          "-lc_nano",
          "-lgcc",
          "-Wl,--end-group"};
}

Result<Done> build_program(const GeneratedModel& model, const Target& target, const BuildOptions& options,
                           const fs::path& folder, const std::string& object, const std::string& image) {
  const Result<std::vector<std::string>> compiler =
      find_tool(target.emulator ? Tool::arm_cxx : Tool::host_cxx);
  if (!compiler) return compiler.diagnostics();
  std::vector<std::string> common = *compiler;
  append(common, target.compiler_flags);

  std::error_code ignored;  // without a current folder the compiler finds no file, and says so
  std::vector<std::string> compile = common;
  append(compile, {"-fno-exceptions", "-fno-rtti", "-D" + in_capitals(model.id) + "_NO_SINGLETON"});
  append(compile, options.flags);
  append(compile, {"-c", fs::absolute(model.source, ignored).string(), "-o", object});
  const auto compiled = run_tool({.words = compile, .directory = folder}, "compiling the generated file");
  if (!compiled) return compiled.diagnostics();

  std::vector<std::string> link = common;
  append(link, {"-std=c++11", "-O2", "-fno-exceptions", "-fno-rtti", "-I.",
                "-I" + fs::absolute(model.header, ignored).parent_path().string(), "model_main.cpp"});
  if (target.emulator) {
    append(link, {"-DBURIN_EMULATED", "startup.cpp", "semihosting.cpp", object});
    append(link, emulator_link_options(*target.emulator, options.linker_script.empty()
                                                             ? "board.ld"
                                                             : fs::absolute(options.linker_script, ignored)));
  } else {
    append(link, {"hosted.cpp", object});
    // A sanitizer wants its library at link time too.
    for (const std::string& flag : options.flags) {
      if (flag.starts_with("-fsanitize")) link.push_back(flag);
    }
  }
  append(link, {"-o", image});
  const auto linked = run_tool({.words = link, .directory = folder}, "linking the generated code");
  if (!linked) return linked.diagnostics();
  return Done{};
}

Result<std::vector<std::string>> emulator_command(const Target& target, const std::string& image) {
  BURIN_CHECK(target.emulator.has_value(), "no emulator for " + target.name);
  Result<std::vector<std::string>> command = find_tool(Tool::qemu);
  if (!command) return command;
  append(*command, {"-M", target.emulator->machine, "-display", "none", "-monitor", "none", "-serial", "none",
                    "-semihosting-config", "enable=on,target=native", "-kernel", image});
  return command;
}

Result<std::string> read_result(const fs::path& file, std::optional<size_t> bytes) {
  Result<std::string> result = read_file(file);
  if (!result || (bytes && result->size() != *bytes))
    return Diagnostic{
        .code = DiagnosticCode::E0206,
        .message = fmt::format("running the generated code left no results: {} is {}",
                               file.filename().string(), result ? "of another size" : "missing"),
        .place = {},
        .help = "the program that ran it is no emulator, or ended early: see BURIN_QEMU",
        .file = {}};
  return result;
}

Result<ExecutionResult> read_results(const GeneratedModel& model, const Target& target,
                                     const fs::path& folder, uint64_t samples) {
  ExecutionResult result;
  for (size_t i = 0; i < model.outputs.size(); ++i) {
    const Result<std::string> bytes =
        read_result(folder / fmt::format("output_{}.bin", i), samples * model.outputs[i].bytes);
    if (!bytes) return bytes.diagnostics();
    result.outputs.emplace_back(bytes->begin(), bytes->end());
  }
  uint32_t numbers[3];
  const Result<std::string> report = read_result(folder / "report.bin", sizeof numbers);
  if (!report) return report.diagnostics();
  std::memcpy(numbers, report->data(), sizeof numbers);
  result.arena_bytes = numbers[0];
  result.state_bytes = numbers[1];
  if (target.emulator) result.stack_bytes = numbers[2];
  return result;
}

Result<ExecutionResult> execute(const GeneratedModel& model, const Target& target, const TensorData& inputs,
                                const BuildOptions& options) {
  if (const auto reason = why_not_executed(target)) return *reason;
  const Result<uint64_t> samples = count_samples(model, inputs);
  if (!samples) return samples.diagnostics();
  const Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  if (!folder) return folder.diagnostics();
  const fs::path& path = folder->path();
  if (const auto done = write_program(model, inputs, *samples, SampleOrder::consecutive, path); !done)
    return done.diagnostics();
  if (const auto done = build_program(model, target, options, path, "model.o", "program"); !done) {
    return done.diagnostics();
  }
  std::vector<std::string> command{"./program"};
  if (target.emulator) {
    const Result<std::vector<std::string>> emulator = emulator_command(target, "program");
    if (!emulator) return emulator.diagnostics();
    command = *emulator;
  }
  const auto ran = run_tool({.words = command, .directory = path, .timeout = options.timeout},
                            "running the generated code");
  if (!ran) return ran.diagnostics();
  return read_results(model, target, path, *samples);
}

}  // namespace burin
