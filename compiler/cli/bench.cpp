// burin bench: what the generated code costs on a core, counted in QEMU.
#include "execute/bench.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/comparison.hpp"
#include "cli/generated.hpp"
#include "cli/verbs.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

struct BenchCommand {
  CompileOptions options;
  std::vector<std::string> flags = {"-O2"};
  bool json = false;
};

std::string per_mac(uint64_t cycles, int64_t macs) {
  return macs == 0 ? std::string()
                   : fmt::format("{:.2f}", static_cast<double>(cycles) / static_cast<double>(macs));
}

std::string table_of(const Compilation& compilation, const BenchReport& bench, const BenchCommand& command) {
  const Program& program = compilation.program;
  std::vector<std::vector<std::string>> rows = {
      {"layer", "instructions", "M4 cycles", "estimated", "MACs", "cycles/MAC", "kernel", "name"}};
  for (size_t i = 0; i < bench.layers.size() && i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    rows.push_back({step.op, grouped(static_cast<int64_t>(bench.layers[i].instructions)),
                    grouped(static_cast<int64_t>(bench.layers[i].cycles)), grouped(step.call.cycles),
                    grouped(step.macs), per_mac(bench.layers[i].cycles, step.macs), step.call.kernel,
                    printable(step.name, 40)});
  }
  rows.push_back({"total", grouped(static_cast<int64_t>(bench.total.instructions)),
                  grouped(static_cast<int64_t>(bench.total.cycles)), grouped(program.cycles_estimate()),
                  grouped(program.macs), per_mac(bench.total.cycles, program.macs), "", ""});
  std::string text = table(rows);
  text += fmt::format(
      "\n{} for {}, {}: counted in QEMU, one warm inference. These are instructions that were executed and "
      "cycles\n"
      "of a simple Cortex-M4 model without wait states, never milliseconds. The estimate is what kernels "
      "were chosen "
      "by,\nfor a {}.\n",
      program.name, program.target, fmt::join(command.flags, " "), compilation.target.core);
  text += fmt::format("flash: {} bytes (code {}, constants {})\n",
                      grouped(static_cast<int64_t>(bench.object.flash_bytes())),
                      grouped(static_cast<int64_t>(bench.object.code_bytes)),
                      grouped(static_cast<int64_t>(bench.object.constant_bytes + bench.object.data_bytes)));
  text += fmt::format("RAM:   arena {}, state {}, stack {} measured, {} declared\n",
                      grouped(program.arena_bytes), grouped(program.state_bytes),
                      grouped(bench.run.stack_bytes.value_or(0)), grouped(program.stack.optimized));
  return text;
}

Json to_json(const Compilation& compilation, const BenchReport& bench, const BenchCommand& command) {
  const Program& program = compilation.program;
  Json layers = Json::array();
  for (size_t i = 0; i < bench.layers.size() && i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    layers.push_back({{"op", step.source_op},
                      {"name", printable(step.name, 10000)},
                      {"kernel", step.call.kernel},
                      {"macs", step.macs},
                      {"instructions", bench.layers[i].instructions},
                      {"m4_cycles", bench.layers[i].cycles},
                      {"estimated_cycles", step.call.cycles}});
  }
  return {{"name", program.name},
          {"target", program.target},
          {"flags", command.flags},
          {"instructions", bench.total.instructions},
          {"m4_cycles", bench.total.cycles},
          {"estimated_cycles", program.cycles_estimate()},
          {"macs", program.macs},
          {"live_macs", program.live_macs},
          {"flash_bytes", bench.object.flash_bytes()},
          {"code_bytes", bench.object.code_bytes},
          {"constant_bytes", bench.object.constant_bytes + bench.object.data_bytes},
          {"arena_bytes", program.arena_bytes},
          {"state_bytes", program.state_bytes},
          {"stack_bytes", program.stack.optimized},
          {"measured_stack_bytes", bench.run.stack_bytes ? Json(*bench.run.stack_bytes) : Json()},
          {"layers", layers}};
}

// What was measured against what is allowed: the choice of kernels was made by estimates, and for other
// flags.
Diagnostics over_limits(const Compilation& compilation, const BenchReport& bench,
                        const BenchCommand& command) {
  Diagnostics findings;
  const std::string flags = fmt::format("{}", fmt::join(command.flags, " "));
  const auto check = [&](const std::optional<Limit>& limit, int64_t bytes, DiagnosticCode code,
                         const char* memory, const std::string& parts) {
    if (!limit || bytes <= limit->bytes) return;
    findings.push_back(
        {.code = code,
         .message = fmt::format("with {} the model takes {} bytes of {} ({}), {} more than {} allows", flags,
                                grouped(bytes), memory, parts, grouped(bytes - limit->bytes), limit->name),
         .place = {},
         .help = fmt::format("build it with -Os or -O2, or choose smaller kernels with --optimize size, "
                             "or allow {} bytes",
                             grouped(bytes))});
  };
  check(compilation.ram_limit,
        compilation.program.arena_bytes + compilation.program.state_bytes + bench.run.stack_bytes.value_or(0),
        DiagnosticCode::E0501, "RAM",
        fmt::format("arena {}, state {}, stack {} measured", grouped(compilation.program.arena_bytes),
                    grouped(compilation.program.state_bytes), grouped(bench.run.stack_bytes.value_or(0))));
  check(compilation.flash_limit, static_cast<int64_t>(bench.object.flash_bytes()), DiagnosticCode::E0502,
        "flash",
        fmt::format("code {}, constants {}", grouped(static_cast<int64_t>(bench.object.code_bytes)),
                    grouped(static_cast<int64_t>(bench.object.constant_bytes + bench.object.data_bytes))));
  return findings;
}

// Where the outputs of the counted call are not the reference's.
Diagnostics differences(const Compilation& compilation, const BenchReport& bench,
                        const TensorData& expected) {
  Diagnostics findings;
  for (size_t i = 0; i < expected.size(); ++i) {
    const Tensor& tensor = compilation.imported.at(compilation.imported.outputs[i]);
    const Comparison comparison = compare(tensor.type.dtype, expected[i], bench.run.outputs.at(i));
    if (comparison.different > 0)
      findings.push_back({.code = DiagnosticCode::E0601,
                          .message = "in the benchmark run " + sentence_of(comparison, "the reference"),
                          .place = fmt::format("output \"{}\"", printable(tensor.name, 80)),
                          .help = "`burin verify` finds the layer"});
  }
  return findings;
}

ExitCode run(const Session& session, const BenchCommand& command) {
  const Result<Target> target = load_target(command.options.target);
  if (!target) return report(session, target.diagnostics());
  const Result<PreparedModel> model = prepare(command.options);
  if (!model) return report(session, model.diagnostics(), command.options.model);
  if (const auto reason = why_not_measured(*target)) return report(session, {*reason});
  const Result<Compilation> compilation = compile(*model, *target, command.options);
  if (!compilation) return report(session, compilation.diagnostics(), command.options.model);
  const Result<WrittenModel> written = write_generated(*compilation);
  if (!written) return report(session, written.diagnostics());
  show_progress(session, "building firmware and counting instructions …");
  const TensorData sample = random_inputs(compilation->imported, 1, 1);
  const Result<BenchReport> result = bench(written->model, compilation->target, sample,
                                           {.flags = command.flags, .timeout = std::chrono::minutes(30)});
  if (!result) return report(session, result.diagnostics());
  const Diagnostics wrong =
      differences(*compilation, *result, evaluate(compilation->imported, sample, command.options.rounding));
  if (!wrong.empty()) return report(session, wrong, command.options.model);
  if (command.json)
    put_result(to_json(*compilation, *result, command).dump(2) + "\n");
  else
    put_result(table_of(*compilation, *result, command));
  const Diagnostics findings = over_limits(*compilation, *result, command);
  return findings.empty() ? ExitCode::ok : report(session, findings, command.options.model);
}

}  // namespace

Verb add_bench(CLI::App& app) {
  const auto command = std::make_shared<BenchCommand>();
  CLI::App* verb =
      app.add_subcommand("bench", "Build firmware, run it in QEMU, report instructions and modeled cycles");
  add_model_options(*verb, command->options);
  verb->add_option("--flag", command->flags,
                   "Compiler flag for the generated file, such as --flag=-Os; default -O2")
      ->type_name("FLAG")
      ->allow_extra_args(false);
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
