// burin run: a model on raw tensor bytes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/generated.hpp"
#include "cli/verbs.hpp"

namespace burin {
namespace {

struct RunCommand {
  CompileOptions options;
  std::string on = "evaluator";
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// Before a model runs, which may take long.
Result<TensorData> read_inputs(const Graph& graph, const RunCommand& command) {
  if (graph.outputs.size() != command.outputs.size())
    return wrong_number_of_files(graph.outputs.size(), "output", command.outputs.size(), "named");
  return read_inputs(graph, command.inputs);
}

Result<TensorData> run_on_evaluator(const RunCommand& command) {
  const Result<PreparedModel> model = prepare(command.options);
  if (!model) return model.diagnostics();
  const Result<TensorData> inputs = read_inputs(model->imported, command);
  if (!inputs) return inputs.diagnostics();
  // The graph as imported: what the passes do is part of what is to be judged.
  return evaluate(model->imported, *inputs, command.options.rounding);
}

Result<TensorData> run_generated(const RunCommand& command) {
  const Result<Compilation> compilation = compile(command.options);
  if (!compilation) return compilation.diagnostics();
  const Result<TensorData> inputs = read_inputs(compilation->imported, command);
  if (!inputs) return inputs.diagnostics();
  const Result<WrittenModel> written = write_generated(*compilation);
  if (!written) return written.diagnostics();
  Result<ExecutionResult> result = execute(written->model, compilation->target, *inputs);
  if (!result) return result.diagnostics();
  return std::move(result->outputs);
}

ExitCode run(const Session& session, RunCommand& command) {
  if (command.on != "evaluator") command.options.target = command.on;
  const Result<TensorData> outputs =
      command.on == "evaluator" ? run_on_evaluator(command) : run_generated(command);
  if (!outputs) return report(session, outputs.diagnostics(), command.options.model);
  std::vector<OutputFile> files;
  for (size_t i = 0; i < outputs->size(); ++i)
    files.push_back({command.outputs[i], std::string((*outputs)[i].begin(), (*outputs)[i].end())});
  const Diagnostics failures = write_files(files);
  return failures.empty() ? ExitCode::ok : report(session, failures);
}

}  // namespace

Verb add_run(CLI::App& app) {
  const auto command = std::make_shared<RunCommand>();
  CLI::App* verb = app.add_subcommand("run", "Run a model on raw tensor bytes");
  add_model_options(*verb, command->options, false);
  verb->add_option("--on", command->on, "evaluator, host, or a target that QEMU emulates")
      ->type_name("WHERE")
      ->capture_default_str();
  verb->add_option("--input", command->inputs,
                   "Raw little-endian bytes of an input, samples back to back; once an input")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--output", command->outputs, "Where an output goes; once an output")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_objective(*verb, command->options);
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
