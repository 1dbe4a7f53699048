#include "cli/driver.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "eval/evaluator.hpp"
#include "import/import.hpp"
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

// What lies in the arena at its peak, largest first, for the diagnostic.
std::string peak_table(const Program& program) {
  std::vector<const ProgramBuffer*> live;
  for (const ProgramBuffer& buffer : program.buffers)
    if (buffer.region == Region::arena && buffer.first_step <= program.peak_step &&
        program.peak_step <= buffer.last_step)
      live.push_back(&buffer);
  std::ranges::sort(live, [](const auto* a, const auto* b) { return a->bytes > b->bytes; });
  std::string text;
  for (const ProgramBuffer* buffer : live)
    text += fmt::format("{}{} bytes \"{}\"", text.empty() ? "" : ", ", buffer->bytes,
                        printable(buffer->name, 60));
  return text;
}

Diagnostics budget_findings(const Program& program, const Target& target, const CompileOptions& options) {
  Diagnostics findings;
  const int64_t ram = program.arena_bytes + program.state_bytes + program.stack_bytes;
  const int64_t flash = program.weight_bytes() + program.code_bytes_estimate();
  std::optional<int64_t> ram_limit = options.ram_limit;
  std::optional<int64_t> flash_limit = options.flash_limit;
  if (!ram_limit && target.ram_bytes()) ram_limit = static_cast<int64_t>(*target.ram_bytes());
  if (!flash_limit && target.flash_bytes()) flash_limit = static_cast<int64_t>(*target.flash_bytes());
  if (ram_limit && ram > *ram_limit)
    findings.push_back({.code = DiagnosticCode::E0501,
                        .message = fmt::format(
                            "the model needs {} bytes of RAM (arena {}, state {}, stack {}), the limit is {}",
                            ram, program.arena_bytes, program.state_bytes, program.stack_bytes, *ram_limit),
                        .place = "at the peak: " + peak_table(program),
                        .help = program.arena_optimal
                                    ? "the plan is optimal: shrink the largest layers listed, or choose a "
                                      "board with more RAM"
                                    : "shrink the largest layers listed, or choose a board with more RAM"});
  if (flash_limit && flash > *flash_limit)
    findings.push_back(
        {.code = DiagnosticCode::E0502,
         .message = fmt::format("the model needs about {} bytes of flash (constants {}, code about {}), the "
                                "limit is {}",
                                flash, program.weight_bytes(), program.code_bytes_estimate(), *flash_limit),
         .place = {},
         .help = "try --optimize size, prune the model, or choose a board with more flash"});
  return findings;
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

}  // namespace

std::string model_name(const std::string& wanted) {
  constexpr std::array library_headers = {
      "alloca",   "assert",  "complex",   "ctype",   "dirent", "endian",  "errno",  "fcntl",
      "features", "fenv",    "float",     "grp",     "locale", "limits",  "malloc", "math",
      "memory",   "pthread", "pwd",       "regex",   "sched",  "search",  "setjmp", "signal",
      "stdalign", "stdarg",  "stdatomic", "stdbool", "stddef", "stdint",  "stdio",  "stdlib",
      "string",   "strings", "syslog",    "termios", "tgmath", "threads", "time",   "uchar",
      "unistd",   "utime",   "values",    "wchar",   "wctype", "inttypes"};
  std::string name = identifier(wanted, "model");
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
  const Result<std::string> file = read_file(options.model, max_model_bytes);
  if (!file) return file.diagnostics();
  return prepare(std::as_bytes(std::span<const char>(*file)), options);
}

Result<PreparedModel> prepare(std::span<const std::byte> bytes, const CompileOptions& options) {
  const Diagnostics usage = check_stop_after(options.stop_after);
  if (!usage.empty()) return usage;
  Result<Graph> imported = import_bytes(bytes, options.model);
  if (!imported) return imported.diagnostics();
  PreparedModel model{.imported = *imported, .optimised = {}, .hash = sha256(bytes)};
  model.optimised = run_pipeline(std::move(*imported), {.pass = {.rounding = options.rounding},
                                                        .stop_after = options.stop_after,
                                                        .observe = options.observe_pass});
  return model;
}

Result<Compilation> generate_code(const Graph& imported, const Graph& optimised, const Target& target,
                                  const CompileOptions& options, const std::string& model_hash) {
  Result<Program> program = lower(optimised, target,
                                  {.rounding = options.rounding,
                                   .objective = options.objective,
                                   .name = options.name.empty() ? default_name(options.model) : options.name,
                                   .model_file = std::filesystem::path(options.model).filename().string(),
                                   .model_hash = model_hash,
                                   .offers = options.offers});
  if (!program) return program.diagnostics();
  program->macs = total_macs(imported);
  Compilation result{.target = target,
                     .imported = imported,
                     .optimised = optimised,
                     .program = std::move(*program),
                     .files = {}};
  result.files = codegen::generate(result.program, {.self_test = self_test_vectors(optimised, options)});
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
  Result<Compilation> result = generate_code(model.imported, model.optimised, target, options, model.hash);
  if (!result) return result.diagnostics();
  Diagnostics over = budget_findings(result->program, target, options);
  if (!over.empty()) return over;
  return result;
}

}  // namespace burin
