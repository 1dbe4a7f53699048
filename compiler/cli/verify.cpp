// burin verify: generated code against the reference evaluator, layer by layer.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/accuracy.hpp"
#include "cli/comparison.hpp"
#include "cli/generated.hpp"
#include "cli/verbs.hpp"
#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

struct VerifyCommand {
  CompileOptions options;
  std::vector<std::string> data;
  std::vector<std::string> expect;
  std::string labels;
  int32_t samples = 8;
  bool json = false;
};

struct Layer {
  std::string op;
  std::string name;
  Comparison comparison;
};

// The graph with every computed tensor an output, so that each layer's result can be looked at.
Graph with_all_outputs(Graph graph) {
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs)
      if (!is_graph_output(graph, id)) graph.outputs.push_back(id);
  return graph;
}

// A file each for the inputs: those that are given, or those of a folder, named in0, in1, ….
std::vector<std::string> data_files(const std::vector<std::string>& given, size_t inputs) {
  std::error_code ignored;
  if (given.size() != 1 || !std::filesystem::is_directory(given[0], ignored)) return given;
  std::vector<std::string> files;
  for (size_t i = 0; i < inputs; ++i) {
    const std::string base = (std::filesystem::path(given[0]) / fmt::format("in{}", i)).string();
    files.push_back(std::filesystem::exists(base + ".npy", ignored) ? base + ".npy" : base + ".bin");
  }
  return files;
}

struct Verification {
  std::string target;
  uint64_t samples = 0;
  std::vector<Layer> layers{};    // optimized graph, every tensor an output
  std::vector<Layer> outputs{};   // the code as `compile` writes it, against the model as imported
  std::vector<Layer> recorded{};  // the same, against the files of --expect
  std::optional<Accuracy> accuracy{};
};

std::vector<Layer> compare_outputs(const Graph& graph, const TensorData& expected, const TensorData& actual) {
  std::vector<Layer> layers;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const Tensor& tensor = graph.at(graph.outputs[i]);
    layers.push_back({"output", tensor.name, compare(tensor.type.dtype, expected.at(i), actual.at(i))});
  }
  return layers;
}

// What is given beside the model. Read before a model is built and run, which may take long.
struct Given {
  TensorData inputs;
  TensorData expected{};  // empty where there is none
  std::vector<int64_t> labels{};
};

Result<Given> read_given(const VerifyCommand& command, const Graph& graph) {
  Given given{.inputs = random_inputs(graph, static_cast<uint64_t>(command.samples), 1)};
  if (command.data.empty() && !(command.expect.empty() && command.labels.empty()))
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = "--expect and --labels say what becomes of inputs, but --data gives none",
                      .help = "give the inputs with --data"};
  if (!command.data.empty()) {
    Result<TensorData> inputs = read_inputs(graph, data_files(command.data, graph.inputs.size()));
    if (!inputs) return inputs.diagnostics();
    given.inputs = *std::move(inputs);
  }
  const uint64_t samples = sample_count(graph, given.inputs);
  if (!command.expect.empty()) {
    Result<TensorData> expected = read_outputs(graph, command.expect, samples);
    if (!expected) return expected.diagnostics();
    given.expected = *std::move(expected);
  }
  if (!command.labels.empty()) {
    Result<std::vector<int64_t>> labels = read_labels(command.labels, graph, samples);
    if (!labels) return labels.diagnostics();
    given.labels = *std::move(labels);
  }
  return given;
}

Result<Verification> verify(const Session& session, const VerifyCommand& command) {
  const Result<Target> target = load_target(command.options.target);
  if (!target) return target.diagnostics();
  if (const auto reason = why_not_executed(*target)) return *reason;
  const Result<PreparedModel> model = prepare(command.options);
  if (!model) return model.diagnostics();
  const Graph& imported = model->imported;
  const Result<Given> given = read_given(command, imported);
  if (!given) return given.diagnostics();
  const Result<Compilation> compilation = compile(*model, *target, command.options);
  if (!compilation) return compilation.diagnostics();
  Verification result{.target = target->name, .samples = sample_count(imported, given->inputs)};
  {
    show_progress(session, "executing the generated code …");
    const Result<WrittenModel> written = write_generated(*compilation);
    if (!written) return written.diagnostics();
    const Result<ExecutionResult> run = execute(written->model, *target, given->inputs);
    if (!run) return run.diagnostics();
    result.outputs =
        compare_outputs(imported, evaluate(imported, given->inputs, command.options.rounding), run->outputs);
    if (!given->expected.empty()) result.recorded = compare_outputs(imported, given->expected, run->outputs);
    if (!given->labels.empty()) result.accuracy = accuracy_of(imported, run->outputs, given->labels);
  }
  const Graph graph = with_all_outputs(compilation->optimized);
  // Whether a build with every tensor an output fits into the target is not what was asked.
  CompileOptions open_options = command.options;
  open_options.unlimited = true;
  const Result<Compilation> open =
      generate_code(graph, graph, *target, open_options, compilation->program.model_hash);
  if (!open) return open.diagnostics();
  show_progress(session, "executing the generated code by layers …");
  const Result<WrittenModel> written = write_generated(*open);
  if (!written) return written.diagnostics();
  const Result<ExecutionResult> run = execute(written->model, *target, given->inputs);
  if (!run) return run.diagnostics();
  const TensorData expected = evaluate(graph, given->inputs, command.options.rounding);
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs) {
      const auto at = static_cast<size_t>(std::ranges::find(graph.outputs, id) - graph.outputs.begin());
      result.layers.push_back({std::string(name_of(node.op)), node.name,
                               compare(graph.at(id).type.dtype, expected[at], run->outputs.at(at))});
    }
  return result;
}

nlohmann::ordered_json to_json(const Layer& layer) {
  return {{"op", layer.op},
          {"name", printable(layer.name, 10000)},
          {"elements", layer.comparison.elements},
          {"different", layer.comparison.different},
          {"largest_difference", layer.comparison.largest}};
}

ExitCode run(const Session& session, const VerifyCommand& command) {
  const Result<Verification> result = verify(session, command);
  if (!result) return report(session, result.diagnostics(), command.options.model);
  nlohmann::ordered_json json = {{"target", result->target}, {"samples", result->samples}};
  std::vector<std::vector<std::string>> rows = {
      {"layer", "elements", "different", "largest difference", "name"}};
  Diagnostics findings;
  const auto add = [&](const std::vector<Layer>& layers, const char* key, const char* what,
                       const char* help) {
    json[key] = nlohmann::ordered_json::array();
    for (const Layer& layer : layers) {
      const Comparison& comparison = layer.comparison;
      json[key].push_back(to_json(layer));
      rows.push_back({what == std::string("the recorded output") ? "recorded" : layer.op,
                      grouped(static_cast<int64_t>(comparison.elements)),
                      grouped(static_cast<int64_t>(comparison.different)),
                      fmt::format("{}", comparison.largest), printable(layer.name, 48)});
      if (comparison.different > 0)
        findings.push_back({.code = DiagnosticCode::E0601,
                            .message = sentence_of(comparison, what),
                            .place = fmt::format("{} \"{}\"", layer.op, printable(layer.name, 80)),
                            .help = help});
    }
  };
  constexpr const char* defect = "this is a defect of Burin: please report it with the model";
  add(result->layers, "layers", "the reference", defect);
  add(result->outputs, "outputs", "the reference", defect);
  const bool agrees = findings.empty();
  add(result->recorded, "recorded", "the recorded output",
      agrees ? "the code computes what the reference evaluator does: check that the files belong to these "
               "inputs and "
               "this model, and docs/numerics.md for whose arithmetic --rounding matches"
             : defect);
  json["accuracy"] =
      result->accuracy ? nlohmann::ordered_json(result->accuracy->share()) : nlohmann::ordered_json();
  if (command.json)
    put_result(json.dump(2) + "\n");
  else
    put_result(table(rows));
  if (result->accuracy && !command.json)
    put_result(fmt::format("accuracy: {:.2f} % ({} of {})\n", 100 * result->accuracy->share(),
                           grouped(static_cast<int64_t>(result->accuracy->right)),
                           counted(result->accuracy->samples, "sample")));
  if (!findings.empty()) return report(session, findings, command.options.model);
  say(session,
      fmt::format("{}: generated code for {} equals the reference evaluator{}", command.options.model,
                  result->target, result->recorded.empty() ? "" : " and what was recorded"));
  return ExitCode::ok;
}

}  // namespace

Verb add_verify(CLI::App& app) {
  const auto command = std::make_shared<VerifyCommand>();
  CLI::App* verb =
      app.add_subcommand("verify", "Compare generated code with the reference evaluator, layer by layer");
  add_model_options(*verb, command->options);
  verb->add_option(
          "--data", command->data,
          "Samples: a file once an input, raw or .npy, or a folder with in0.bin or in0.npy, in1…; default: "
          "random")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  verb->add_option("--expect", command->expect, "What an output has to be, raw or .npy; once an output")
      ->type_name("FILE")
      ->allow_extra_args(false);
  verb->add_option("--labels", command->labels,
                   "The right class of each sample, integers in .npy or raw bytes: prints the accuracy")
      ->type_name("FILE");
  verb->add_option("--samples", command->samples, "Random samples where --data is not given")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
