// burin convert: any model that can be read, written again.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/output_files.hpp"
#include "cli/quantized.hpp"
#include "cli/verbs.hpp"
#include "formats/import.hpp"
#include "formats/tflite/writer.hpp"
#include "ir/edit.hpp"
#include "ir/text.hpp"
#include "ops/operator.hpp"
#include "support/near_names.hpp"

namespace burin {
namespace {

struct ConvertCommand {
  std::string model;
  std::string output;
  std::vector<std::string> outputs;
  ImportOptions import{};
};

using Write = Result<std::string> (*)(const Graph&);

// How a file is written, by its ending; null where that says nothing.
Write writer_for(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".tflite") return write_tflite;
  if (ending == ".tir") return [](const Graph& graph) { return Result<std::string>(print_graph(graph)); };
  return nullptr;
}

// Keeps what the outputs follow from: nodes, and changes of state that such a node reads later.
void remove_dead(Graph& graph) {
  std::vector<bool> needed(graph.tensors.size());
  for (const TensorId id : graph.outputs) needed[id.index] = true;
  std::vector<bool> live(graph.nodes.size());
  const auto is_needed = [&](TensorId id) { return id.valid() && needed[id.index]; };
  for (bool grown = true; grown;) {
    grown = false;
    for (size_t i = graph.nodes.size(); i-- > 0;) {
      const Node& node = graph.nodes[i];
      if (live[i]) continue;
      bool wanted = std::ranges::any_of(node.outputs, is_needed);
      if (operator_of(node).facts().changes_state)
        for (const TensorId id : node.inputs) wanted |= is_needed(id) && graph.at(id).variable;
      if (!wanted) continue;
      live[i] = grown = true;
      for (const TensorId id : node.inputs)
        if (id.valid()) needed[id.index] = true;
    }
  }
  live.flip();
  remove_nodes(graph, live);
  std::erase_if(graph.inputs, [&](TensorId id) { return !needed[id.index]; });
  drop_unused_tensors(graph);
}

// Ends the graph at the tensors of those names. E0201.
Diagnostics end_at(Graph& graph, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs) known.push_back(printable(graph.at(id).name, 80));
  Diagnostics findings;
  std::vector<TensorId> outputs;
  for (const std::string& name : names) {
    const size_t before = outputs.size();
    for (size_t i = 0; i < graph.tensors.size(); ++i)
      if (graph.tensors[i].name == name && std::ranges::find(outputs, TensorId(i)) == outputs.end())
        outputs.push_back(TensorId(i));
    const bool repeated = std::ranges::count(names, name) > 1;
    if (outputs.size() > before || repeated) continue;
    const std::string wanted = printable(name, 80);
    findings.push_back(
        {.code = DiagnosticCode::E0201,
         .message = fmt::format("the model has no tensor \"{}\"", wanted),
         .place = {},
         .help = did_you_mean(wanted, known) + "`burin convert MODEL -o model.tir` writes all names",
         .file = {}});
  }
  if (!findings.empty()) return findings;
  graph.outputs = std::move(outputs);
  remove_dead(graph);
  return {};
}

ExitCode run(const Session& session, const ConvertCommand& command) {
  const Write write = writer_for(command.output);
  if (write == nullptr)
    return report(session, {{.code = DiagnosticCode::E0201,
                             .message = fmt::format("the ending of {} is none of a model that can be written",
                                                    printable(command.output, 80)),
                             .place = {},
                             .help = "Burin writes .tflite and .tir",
                             .file = {}}});
  Result<Graph> graph = import_model(command.model, command.import);
  if (!graph) return report(session, graph.diagnostics(), command.model);
  if (!command.outputs.empty()) {
    const Diagnostics findings = end_at(*graph, command.outputs);
    if (!findings.empty()) return report(session, findings, command.model);
  }
  const Result<std::string> contents = write(*graph);
  if (!contents) return report(session, contents.diagnostics(), command.model);
  const Diagnostics failures = write_files({{command.output, *contents}}, {command.model});
  if (!failures.empty()) return report(session, failures);
  tell_clamped_infinities(session, *graph, command.output);
  say(session,
      fmt::format("{}: {}, {}, {} bytes", command.output, counted(graph->nodes.size(), "layer"),
                  counted(graph->outputs.size(), "output"), grouped(static_cast<int64_t>(contents->size()))));
  return ExitCode::ok;
}

}  // namespace

Verb add_convert(CLI::App& app) {
  const auto command = std::make_shared<ConvertCommand>();
  CLI::App* verb = app.add_subcommand(
      "convert", "Write any model that can be read as a .tflite or .tir file, not optimized");
  verb->add_option("model", command->model, "Model file: .tflite, .onnx or .tir")
      ->required()
      ->type_name("MODEL");
  verb->add_option("-o,--output", command->output, "The file to write; its ending, .tflite or .tir, says how")
      ->required()
      ->type_name("FILE");
  verb->add_option("--outputs", command->outputs,
                   "Tensors that become the model's outputs, by name; what they do not need is removed")
      ->type_name("NAME");
  add_import_options(*verb, command->import);
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
