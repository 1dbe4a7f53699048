#include "cli/driver.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "cli/verdicts.hpp"
#include "eval/evaluator.hpp"
#include "formats/import.hpp"
#include "lower/lower.hpp"
#include "ops/operator.hpp"
#include "passes/pass.hpp"
#include "support/files.hpp"
#include "support/identifier.hpp"
#include "support/near_names.hpp"
#include "support/random.hpp"
#include "support/sha256.hpp"

namespace burin {
namespace {

int64_t total_macs(const Graph& graph) {
  int64_t macs = 0;
  for (const Node& node : graph.nodes) macs += operator_of(node).macs({graph, node});
  return macs;
}

// What the user allows, else what the board has.
std::optional<Limit> limit_of(const std::optional<int64_t>& wanted, const char* option,
                              const std::optional<uint64_t>& board, const char* memory,
                              const Target& target) {
  if (wanted) return Limit{*wanted, option};
  if (board) return Limit{static_cast<int64_t>(*board), fmt::format("the {} of {}", memory, target.name)};
  return std::nullopt;
}

std::vector<codegen::TestVector> self_test_vectors(const Graph& graph, const CompileOptions& options) {
  std::vector<codegen::TestVector> vectors;
  Random random(1);
  Evaluator evaluator(graph, options.rounding);
  for (int32_t sample = 0; sample < options.self_test; ++sample) {
    std::vector<Value> inputs;
    for (const TensorId id : graph.inputs) {
      Value value = Value::zeros(graph.at(id).type);
      if (value.type.dtype == DType::f32)
        for (float& x : value.as<float>()) x = static_cast<float>(random.real(-1, 1));
      else
        for (std::byte& byte : value.bytes)
          byte = static_cast<std::byte>(random.next() & (value.type.dtype == DType::boolean ? 1 : 0xFF));
      inputs.push_back(std::move(value));
    }
    codegen::TestVector vector;
    for (Value& value : evaluator.run(inputs)) vector.outputs.push_back(std::move(value.bytes));
    for (Value& value : inputs) vector.inputs.push_back(std::move(value.bytes));
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

// What ID_selftest takes: its samples, and for each of their tensors a call that copies or compares it.
int64_t self_test_bytes(const std::vector<codegen::TestVector>& vectors) {
  constexpr int64_t call = 48;
  int64_t bytes = 0;
  for (const codegen::TestVector& vector : vectors)
    for (const auto* tensors : {&vector.inputs, &vector.outputs})
      for (const std::vector<std::byte>& tensor : *tensors) bytes += (std::ssize(tensor) + 3) / 4 * 4 + call;
  constexpr int64_t functions = 256;  // with the comparison of float32
  return vectors.empty() ? 0 : bytes + functions;
}

}  // namespace

std::string model_name(const std::string& wanted) {
  constexpr std::array library_headers = {
      "alloca",   "assert",  "complex",   "ctype",   "dirent", "endian",  "errno",  "fcntl",
      "features", "fenv",    "float",     "grp",     "locale", "limits",  "malloc", "math",
      "memory",   "pthread", "pwd",       "regex",   "sched",  "search",  "setjmp", "signal",
      "stdalign", "stdarg",  "stdatomic", "stdbool", "stddef", "stdint",  "stdio",  "stdlib",
      "string",   "strings", "syslog",    "termios", "tgmath", "threads", "time",   "uchar",
      "unistd",   "utime",   "values",    "wchar",   "wctype", "inttypes"};
  constexpr size_t longest = 40;
  constexpr size_t digits = 8;
  std::string name = identifier(wanted, "model", std::string::npos);
  if (name.size() > longest) {
    name.resize(longest - digits - 1);
    while (name.ends_with('_')) name.pop_back();
    name += "_" + sha256(std::as_bytes(std::span<const char>(wanted))).substr(0, digits);
  }
  if (std::ranges::find(library_headers, name) != library_headers.end()) name += "_model";
  return name;
}

std::string default_name(const std::string& model) {
  return model_name(std::filesystem::path(model).stem().string());
}

bool Compilation::has_float_outputs() const {
  return std::ranges::any_of(program.outputs, [](const Port& port) { return port.dtype == DType::f32; });
}

namespace {

Diagnostics check_stop_after(const std::string& pass) {
  std::vector<std::string> known;
  for (const Pass& candidate : pipeline()) {
    if (pass.empty() || candidate.name == pass) return {};
    known.emplace_back(candidate.name);
  }
  return {{.code = DiagnosticCode::E0201,
           .message = fmt::format("there is no pass \"{}\"", printable(pass, 40)),
           .help = did_you_mean(pass, known) + fmt::format("the passes are {}", fmt::join(known, ", "))}};
}

}  // namespace

Result<PreparedModel> prepare(const CompileOptions& options) {
  const Result<std::string> file = read_model_file(options.model);
  if (!file) return file.diagnostics();
  return prepare(std::as_bytes(std::span<const char>(*file)), options);
}

Result<PreparedModel> prepare(std::span<const std::byte> bytes, const CompileOptions& options) {
  const Diagnostics usage = check_stop_after(options.stop_after);
  if (!usage.empty()) return usage;
  Result<Graph> imported = import_bytes(bytes, options.model, options.import);
  if (!imported) return imported.diagnostics();
  PreparedModel model{.imported = *imported, .optimized = {}, .hash = sha256(bytes)};
  model.optimized = run_pipeline(std::move(*imported), {.pass = {.rounding = options.rounding},
                                                        .stop_after = options.stop_after,
                                                        .observe = options.observe_pass});
  return model;
}

Result<Compilation> generate_code(const Graph& imported, const Graph& optimized, const Target& target,
                                  const CompileOptions& options, const std::string& model_hash) {
  std::optional<Limit> ram;
  std::optional<Limit> flash;
  if (!options.unlimited) {
    ram = limit_of(options.ram_limit, "--ram-limit", target.ram_bytes(), "RAM", target);
    flash = limit_of(options.flash_limit, "--flash-limit", target.flash_bytes(), "flash", target);
  }
  const std::vector<codegen::TestVector> self_test = self_test_vectors(optimized, options);
  Result<Program> program = lower(optimized, target,
                                  {.rounding = options.rounding,
                                   .objective = options.objective,
                                   .name = options.name.empty() ? default_name(options.model) : options.name,
                                   .model_file = std::filesystem::path(options.model).filename().string(),
                                   .model_hash = model_hash,
                                   .ram_limit = ram,
                                   .flash_limit = flash,
                                   .other_flash_bytes = self_test_bytes(self_test),
                                   .offers = options.offers});
  if (!program) return program.diagnostics();
  program->macs = total_macs(imported);
  for (size_t step = 0; step < program->steps.size(); ++step)
    program->steps[step].reason = reason_of(*program, step, options.objective);
  Compilation result{.target = target,
                     .imported = imported,
                     .optimized = optimized,
                     .program = std::move(*program),
                     .files = {},
                     .ram_limit = ram,
                     .flash_limit = flash};
  result.files = codegen::generate(result.program, {.self_test = self_test});
  return result;
}

Result<Compilation> compile(const CompileOptions& options) {
  const Result<Target> target = load_target(options.target);
  if (!target) return target.diagnostics();
  const Result<PreparedModel> model = prepare(options);
  if (!model) return model.diagnostics();
  return compile(*model, *target, options);
}

Result<Compilation> compile(const PreparedModel& model, const Target& target, const CompileOptions& options) {
  return generate_code(model.imported, model.optimized, target, options, model.hash);
}

}  // namespace burin
