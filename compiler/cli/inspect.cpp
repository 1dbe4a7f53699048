// burin inspect: what is in a model, without a target.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
#include "lower/lower.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

struct InspectCommand {
  CompileOptions options;
  bool json = false;
};

int64_t weight_bytes(const Graph& graph, const Node& node) {
  int64_t bytes = 0;
  for (const TensorId id : node.inputs)
    if (id.valid() && graph.at(id).is_constant()) bytes += graph.at(id).type.bytes();
  return bytes;
}

std::string real_meaning(const Tensor& tensor) {
  if (!tensor.quantization.per_tensor()) return {};
  return fmt::format(", real = {} * (q - {})", tensor.quantization.scale(), tensor.quantization.zero_point());
}

Json tensor_json(const Tensor& tensor) {
  const bool quantized = tensor.quantization.per_tensor();
  return {{"name", printable(tensor.name, 10000)},
          {"dtype", long_name_of(tensor.type.dtype)},
          {"shape", tensor.type.shape.dims()},
          {"scale", quantized ? Json(tensor.quantization.scale()) : Json()},
          {"zero_point", quantized ? Json(tensor.quantization.zero_point()) : Json()}};
}

struct Totals {
  int64_t macs = 0;
  int64_t weights = 0;
};

Totals totals(const Graph& graph) {
  Totals sum;
  for (const Node& node : graph.nodes) {
    sum.macs += operator_of(node).macs({graph, node});
    sum.weights += weight_bytes(graph, node);
  }
  return sum;
}

ExitCode run(const Session& session, const InspectCommand& command) {
  // The generic target gives the smallest arena: its kernels need no scratch.
  const Result<Compilation> result = compile(command.options);
  if (!result) return report(session, result.diagnostics(), command.options.model);
  const Graph& graph = result->imported;
  const Totals imported = totals(graph);
  const Totals live = totals(result->optimized);
  if (command.json) {
    Json json = {{"model", printable(command.options.model, 10000)}, {"operators", Json::array()}};
    for (const Node& node : graph.nodes) {
      Json outputs = Json::array();
      for (const TensorId id : node.outputs) outputs.push_back(tensor_json(graph.at(id)));
      json["operators"].push_back({{"index", node.source_index},
                                   {"op", operator_of(node).facts().tflite_name},
                                   {"name", printable(node.name, 10000)},
                                   {"outputs", outputs},
                                   {"macs", operator_of(node).macs({graph, node})},
                                   {"weight_bytes", weight_bytes(graph, node)}});
    }
    for (const auto& [key, ids] : {std::pair{"inputs", graph.inputs}, {"outputs", graph.outputs}}) {
      json[key] = Json::array();
      for (const TensorId id : ids) json[key].push_back(tensor_json(graph.at(id)));
    }
    json["macs"] = imported.macs;
    json["live_macs"] = live.macs;
    json["weight_bytes"] = imported.weights;
    json["live_weight_bytes"] = live.weights;
    json["smallest_arena_bytes"] = result->program.arena_bytes;
    json["state_bytes"] = result->program.state_bytes;
    fmt::print("{}\n", json.dump(2));
    return ExitCode::ok;
  }
  std::vector<std::vector<std::string>> rows = {{"op", "operator", "output", "MACs", "weight bytes", "name"}};
  for (const Node& node : graph.nodes) {
    std::string outputs;
    for (const TensorId id : node.outputs) {
      const TensorType& type = graph.at(id).type;
      outputs += fmt::format("{}{}[{}]", outputs.empty() ? "" : " ", long_name_of(type.dtype),
                             to_string(type.shape));
    }
    rows.push_back({std::to_string(node.source_index), std::string(operator_of(node).facts().tflite_name),
                    outputs, grouped(operator_of(node).macs({graph, node})),
                    grouped(weight_bytes(graph, node)), printable(node.name, 48)});
  }
  fmt::print("{}", table(rows));
  for (const auto& [kind, ids] : {std::pair{"input", graph.inputs}, {"output", graph.outputs}})
    for (const TensorId id : ids) {
      const Tensor& tensor = graph.at(id);
      fmt::print("{} \"{}\": {}[{}]{}\n", kind, printable(tensor.name), long_name_of(tensor.type.dtype),
                 to_string(tensor.type.shape), real_meaning(tensor));
    }
  fmt::print("{}, {} MACs, {} bytes of weights", counted(graph.nodes.size(), "operator"),
             grouped(imported.macs), grouped(imported.weights));
  if (live.macs != imported.macs || live.weights != imported.weights)
    fmt::print("; live: {} MACs, {} bytes", grouped(live.macs), grouped(live.weights));
  fmt::print("\nsmallest RAM: {} bytes of arena, {} of state\n", grouped(result->program.arena_bytes),
             grouped(result->program.state_bytes));
  return ExitCode::ok;
}

}  // namespace

Verb add_inspect(CLI::App& app) {
  const auto command = std::make_shared<InspectCommand>();
  CLI::App* verb =
      app.add_subcommand("inspect", "Show operators, shapes, MACs, weights and the smallest RAM");
  add_model_options(*verb, command->options, false);
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
