// burin bench: what the generated code costs on a core, counted in QEMU.
#include "execute/bench.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/generated.hpp"
#include "cli/verbs.hpp"

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

void print_table(const Compilation& compilation, const BenchReport& bench, const BenchCommand& command) {
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
  fmt::print("{}", table(rows));
  fmt::print(
      "\n{} for {}, {}: counted in QEMU, one warm inference. These are instructions that were executed and "
      "cycles\n"
      "of a simple Cortex-M4 model without wait states, never milliseconds. The estimate is what kernels "
      "were chosen "
      "by,\nfor a {}.\n",
      program.name, program.target, fmt::join(command.flags, " "), compilation.target.core);
  fmt::print("flash: {} bytes (code {}, constants {})\n",
             grouped(static_cast<int64_t>(bench.object.flash_bytes())),
             grouped(static_cast<int64_t>(bench.object.code_bytes)),
             grouped(static_cast<int64_t>(bench.object.constant_bytes + bench.object.data_bytes)));
  fmt::print("RAM:   arena {}, state {}, stack {} measured, {} declared\n", grouped(program.arena_bytes),
             grouped(program.state_bytes), grouped(bench.run.stack_bytes.value_or(0)),
             grouped(program.stack_bytes));
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
          {"stack_bytes", program.stack_bytes},
          {"measured_stack_bytes", bench.run.stack_bytes ? Json(*bench.run.stack_bytes) : Json()},
          {"layers", layers}};
}

ExitCode run(const Session& session, const BenchCommand& command) {
  const Result<Compilation> compilation = compile(command.options);
  if (!compilation) return report(session, compilation.diagnostics(), command.options.model);
  const Result<WrittenModel> written = write_generated(*compilation);
  if (!written) return report(session, written.diagnostics());
  if (session.progress()) fmt::print(stderr, "building firmware and counting instructions …\r");
  const TensorData sample = random_inputs(compilation->imported, 1, 1);
  const Result<BenchReport> result = bench(written->model, compilation->target, sample,
                                           {.flags = command.flags, .timeout = std::chrono::minutes(30)});
  if (!result) return report(session, result.diagnostics());
  if (result->run.outputs != evaluate(compilation->imported, sample, command.options.rounding) &&
      !compilation->has_float_outputs())
    return report(session, {{.code = DiagnosticCode::E0601,
                             .message = "the outputs of the benchmark run differ from the reference",
                             .place = {},
                             .help = "`burin verify` finds the layer"}});
  if (command.json)
    fmt::print("{}\n", to_json(*compilation, *result, command).dump(2));
  else
    print_table(*compilation, *result, command);
  return ExitCode::ok;
}

}  // namespace

Verb add_bench(CLI::App& app) {
  const auto command = std::make_shared<BenchCommand>();
  command->options.target = "cortex-m4";
  CLI::App* verb =
      app.add_subcommand("bench", "Build firmware, run it in QEMU, report instructions and modelled cycles");
  add_model_options(*verb, command->options);
  verb->add_option("--flag", command->flags,
                   "Compiler flag for the generated file, such as --flag=-Os; default -O2")
      ->type_name("FLAG")
      ->allow_extra_args(false);
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
