// burin ops: what is supported, and what a model uses.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
#include "formats/import.hpp"
#include "ops/copying.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

struct OpsCommand {
  std::string model;
  ImportOptions import{};
  bool json = false;
};

std::vector<std::string> kernels_of(Op op) {
  std::vector<std::string> names;
  for (const Kernel* kernel : all_kernels())
    if (kernel->facts().op == op) names.emplace_back(kernel->facts().name);
  return names;
}

void print_supported(bool as_json) {
  Json json = Json::array();
  std::vector<std::vector<std::string>> rows = {{"operator", "in .tir", "kernels", "what it does"}};
  for (const Operator* definition : all_operators()) {
    const OperatorFacts& facts = definition->facts();
    std::vector<std::string> kernels = kernels_of(facts.op);
    Json constraints = Json::array();
    for (const Constraint& constraint : definition->constraints()) constraints.push_back(constraint.sentence);
    if (copies_elements(facts.op)) constraints.push_back(copying_sentence);
    json.push_back({{"operator", facts.tflite_name},
                    {"tir", name_of(facts.op)},
                    {"summary", facts.summary},
                    {"activation", facts.activation},
                    {"constraints", constraints},
                    {"kernels", kernels}});
    rows.push_back({std::string(facts.tflite_name), std::string(name_of(facts.op)),
                    std::to_string(kernels.size()), std::string(facts.summary)});
  }
  if (as_json)
    fmt::print("{}\n", json.dump(2));
  else
    fmt::print("{}", table(rows));
}

ExitCode run(const Session& session, const OpsCommand& command) {
  if (command.model.empty()) {
    print_supported(command.json);
    return ExitCode::ok;
  }
  const Result<std::vector<ModelOperator>> operators = list_operators(command.model, command.import);
  if (!operators) return report(session, operators.diagnostics(), command.model);
  Json json = Json::array();
  std::vector<std::vector<std::string>> rows = {{"operator", "count", "supported", "why not"}};
  for (const ModelOperator& op : *operators) {
    rows.push_back({op.name, std::to_string(op.count), op.supported ? "yes" : "no", op.reason});
    json.push_back({{"operator", op.name},
                    {"count", op.count},
                    {"supported", op.supported},
                    {"reason", op.supported ? Json() : Json(op.reason)}});
  }
  if (command.json)
    fmt::print("{}\n", json.dump(2));
  else
    fmt::print("{}", table(rows));
  const bool all = std::ranges::all_of(*operators, [](const ModelOperator& op) { return op.supported; });
  return all ? ExitCode::ok : ExitCode::unsupported;
}

}  // namespace

Verb add_ops(CLI::App& app) {
  const auto command = std::make_shared<OpsCommand>();
  CLI::App* verb =
      app.add_subcommand("ops", "List supported operators; with a model, what it uses and what is missing");
  verb->add_option("model", command->model, "Model file")->type_name("MODEL");
  add_import_options(*verb, command->import);
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
