// burin run: a model on files of samples.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/generated.hpp"
#include "cli/output_files.hpp"
#include "cli/tensor_files.hpp"
#include "cli/verbs.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

struct RunCommand {
  CompileOptions options;
  std::string on = "evaluator";
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

struct Run {
  Graph graph;
  TensorData outputs;
};

// Before a model runs, which may take long.
Result<TensorData> read_inputs(const Graph& graph, const RunCommand& command) {
  if (graph.outputs.size() != command.outputs.size())
    return wrong_number_of_files(graph.outputs.size(), "output", command.outputs.size(), "named");
  if (std::ranges::count(command.outputs, stream_name) > 1)
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = "standard output is one stream, and cannot be several outputs",
                      .help = "name files for the others"};
  return read_inputs(graph, command.inputs);
}

Result<Run> run_on_evaluator(const RunCommand& command) {
  Result<PreparedModel> model = prepare(command.options);
  if (!model) return model.diagnostics();
  const Result<TensorData> inputs = read_inputs(model->imported, command);
  if (!inputs) return inputs.diagnostics();
  // The graph as imported: what the passes do is part of what is to be judged.
  TensorData outputs = evaluate(model->imported, *inputs, command.options.rounding);
  return Run{std::move(model->imported), std::move(outputs)};
}

Result<Run> run_generated(const RunCommand& command) {
  const Result<Target> target = load_target(command.on);
  if (!target) return target.diagnostics();
  if (const auto reason = why_not_executed(*target)) return *reason;
  const Result<PreparedModel> model = prepare(command.options);
  if (!model) return model.diagnostics();
  const Result<TensorData> inputs = read_inputs(model->imported, command);
  if (!inputs) return inputs.diagnostics();
  Result<Compilation> compilation = compile(*model, *target, command.options);
  if (!compilation) return compilation.diagnostics();
  const Result<WrittenModel> written = write_generated(*compilation);
  if (!written) return written.diagnostics();
  Result<ExecutionResult> result = execute(written->model, *target, *inputs);
  if (!result) return result.diagnostics();
  return Run{std::move(compilation->imported), std::move(result->outputs)};
}

ExitCode run(const Session& session, const RunCommand& command) {
  const Result<Run> result = command.on == "evaluator" ? run_on_evaluator(command) : run_generated(command);
  if (!result) return report(session, result.diagnostics(), command.options.model);
  std::vector<OutputFile> files;
  std::string stream;
  for (size_t i = 0; i < result->outputs.size(); ++i) {
    const std::string& path = command.outputs[i];
    std::string text = tensor_file_text(path, result->graph.at(result->graph.outputs[i]), result->outputs[i]);
    if (path == stream_name)
      stream = std::move(text);
    else
      files.push_back({path, std::move(text)});
  }
  std::vector<std::string> read = {command.options.model};
  for (const std::string& input : command.inputs)
    if (input != stream_name) read.push_back(input);
  if (command.on.ends_with(".json")) read.push_back(command.on);
  Result<StagedFiles> staged = StagedFiles::stage(files, read);
  if (!staged) return report(session, staged.diagnostics());
  put_result(stream);
  Diagnostics failures = flush_results();
  if (failures.empty()) failures = staged->commit();
  return failures.empty() ? ExitCode::ok : report(session, failures);
}

}  // namespace

Verb add_run(CLI::App& app) {
  const auto command = std::make_shared<RunCommand>();
  CLI::App* verb = app.add_subcommand("run", "Run a model on files of samples");
  add_model_options(*verb, command->options, false);
  verb->add_option("--on", command->on, "evaluator, host, or a target that QEMU emulates")
      ->type_name("WHERE")
      ->capture_default_str();
  verb->add_option(
          "--input", command->inputs,
          "Samples of an input, back to back: raw little-endian bytes, or .npy; - is stdin; once an input")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--output", command->outputs,
                   "Where an output goes, raw or .npy; - is stdout; once an output")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_objective(*verb, command->options);
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
