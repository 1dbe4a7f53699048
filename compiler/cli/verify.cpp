// burin verify: generated code against the reference evaluator, layer by layer.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/generated.hpp"
#include "cli/verbs.hpp"
#include "eval/evaluator.hpp"
#include "ir/edit.hpp"

namespace burin {
namespace {

struct VerifyCommand {
  CompileOptions options;
  std::string data;
  int32_t samples = 8;
  bool json = false;
};

struct Comparison {
  std::string op;
  std::string name;
  uint64_t elements = 0;
  uint64_t different = 0;
  double largest = 0;  // difference: quantisation steps, or real for float32
};

// float32 may differ by this much of the reference's largest magnitude; integers not at all.
constexpr double float_tolerance = 1e-5;

Comparison compare(const Tensor& tensor, const std::vector<uint8_t>& expected,
                   const std::vector<uint8_t>& actual) {
  Comparison result;
  const auto value_of = [&](const std::vector<uint8_t>& bytes) {
    return Value{
        {tensor.type.dtype, Shape{static_cast<int32_t>(bytes.size()) / byte_width(tensor.type.dtype)}},
        {reinterpret_cast<const std::byte*>(bytes.data()),
         reinterpret_cast<const std::byte*>(bytes.data()) + bytes.size()}};
  };
  const Value a = value_of(expected);
  const Value b = value_of(actual);
  result.elements = static_cast<uint64_t>(a.type.shape.elements());
  double magnitude = 0;
  if (tensor.type.dtype == DType::f32)
    for (const float x : a.as<float>()) magnitude = std::max(magnitude, std::abs(static_cast<double>(x)));
  for (size_t i = 0; i < result.elements; ++i) {
    const double difference =
        tensor.type.dtype == DType::f32
            ? std::abs(static_cast<double>(a.as<float>()[i]) - static_cast<double>(b.as<float>()[i]))
            : static_cast<double>(std::abs(a.integer(i) - b.integer(i)));
    if (!(difference <= (tensor.type.dtype == DType::f32 ? float_tolerance * magnitude : 0)))
      ++result.different;
    result.largest = std::max(result.largest, difference);
  }
  return result;
}

// The graph with every computed tensor an output, so that each layer's result can be looked at.
Graph with_all_outputs(Graph graph) {
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs)
      if (!is_graph_output(graph, id)) graph.outputs.push_back(id);
  return graph;
}

// Input data of the folder: in0.bin, in1.bin, …
std::vector<std::string> data_files(const std::string& folder, size_t inputs) {
  std::vector<std::string> files;
  for (size_t i = 0; i < inputs; ++i)
    files.push_back((std::filesystem::path(folder) / fmt::format("in{}.bin", i)).string());
  return files;
}

struct Verification {
  std::vector<Comparison> layers;   // optimised graph, every tensor an output
  std::vector<Comparison> outputs;  // the code as `compile` writes it, against the model as imported
};

Result<Verification> verify(const VerifyCommand& command) {
  const Result<Compilation> compilation = compile(command.options);
  if (!compilation) return compilation.diagnostics();
  const Graph& imported = compilation->imported;
  TensorData inputs = random_inputs(imported, static_cast<uint64_t>(command.samples), 1);
  if (!command.data.empty()) {
    Result<TensorData> given = read_inputs(imported, data_files(command.data, imported.inputs.size()));
    if (!given) return given.diagnostics();
    inputs = std::move(*given);
  }
  Verification result;
  {
    const Result<WrittenModel> written = write_generated(*compilation);
    if (!written) return written.diagnostics();
    const Result<ExecutionResult> run = execute(written->model, compilation->target, inputs);
    if (!run) return run.diagnostics();
    const TensorData expected = evaluate(imported, inputs, command.options.rounding);
    for (size_t i = 0; i < imported.outputs.size(); ++i) {
      const Tensor& tensor = imported.at(imported.outputs[i]);
      result.outputs.push_back(compare(tensor, expected[i], run->outputs.at(i)));
      result.outputs.back().op = "output";
      result.outputs.back().name = tensor.name;
    }
  }
  const Graph graph = with_all_outputs(compilation->optimised);
  const Result<Compilation> open =
      generate_code(graph, graph, compilation->target, command.options, compilation->program.model_hash);
  if (!open) return open.diagnostics();
  const Result<WrittenModel> written = write_generated(*open);
  if (!written) return written.diagnostics();
  const Result<ExecutionResult> run = execute(written->model, open->target, inputs);
  if (!run) return run.diagnostics();
  const TensorData expected = evaluate(graph, inputs, command.options.rounding);
  for (const Node& node : graph.nodes)
    for (const TensorId id : node.outputs) {
      const auto at = static_cast<size_t>(std::ranges::find(graph.outputs, id) - graph.outputs.begin());
      result.layers.push_back(compare(graph.at(id), expected[at], run->outputs.at(at)));
      result.layers.back().op = name_of(node.op);
      result.layers.back().name = node.name;
    }
  return result;
}

ExitCode run(const Session& session, const VerifyCommand& command) {
  const Result<Verification> result = verify(command);
  if (!result) return report(session, result.diagnostics(), command.options.model);
  nlohmann::ordered_json json = {{"target", command.options.target},
                                 {"layers", nlohmann::ordered_json::array()},
                                 {"outputs", nlohmann::ordered_json::array()}};
  std::vector<std::vector<std::string>> rows = {
      {"layer", "elements", "different", "largest difference", "name"}};
  Diagnostics findings;
  const auto add = [&](const Comparison& comparison, const char* key) {
    json[key].push_back({{"op", comparison.op},
                         {"name", printable(comparison.name, 10000)},
                         {"elements", comparison.elements},
                         {"different", comparison.different},
                         {"largest_difference", comparison.largest}});
    rows.push_back({comparison.op, grouped(static_cast<int64_t>(comparison.elements)),
                    grouped(static_cast<int64_t>(comparison.different)),
                    fmt::format("{}", comparison.largest), printable(comparison.name, 48)});
    if (comparison.different > 0)
      findings.push_back(
          {.code = DiagnosticCode::E0601,
           .message = fmt::format("{} of {} elements differ from the reference, by up to {}",
                                  comparison.different, comparison.elements, comparison.largest),
           .place = fmt::format("{} \"{}\"", comparison.op, printable(comparison.name, 80)),
           .help = "this is a defect of Burin: please report it with the model"});
  };
  for (const Comparison& comparison : result->layers) add(comparison, "layers");
  for (const Comparison& comparison : result->outputs) add(comparison, "outputs");
  if (command.json)
    fmt::print("{}\n", json.dump(2));
  else
    fmt::print("{}", table(rows));
  if (!findings.empty()) return report(session, findings, command.options.model);
  say(session, fmt::format("{}: generated code for {} equals the reference evaluator", command.options.model,
                           command.options.target));
  return ExitCode::ok;
}

}  // namespace

Verb add_verify(CLI::App& app) {
  const auto command = std::make_shared<VerifyCommand>();
  command->options.target = "host";
  CLI::App* verb =
      app.add_subcommand("verify", "Compare generated code with the reference evaluator, layer by layer");
  add_model_options(*verb, command->options);
  verb->add_option("--data", command->data, "Folder with in0.bin, in1.bin, …: raw samples; default: random")
      ->type_name("DIR");
  verb->add_option("--samples", command->samples, "Random samples where --data is not given")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
