#include "formats/tir/tir.hpp"

#include <map>
#include <stdexcept>

#include "ir/text.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

Result<Graph> parse(std::string_view text) {
  Result<Graph> graph =
      parse_graph(text, [](Op op, const std::vector<NamedAttribute>& attributes, std::string& error) {
        return operator_of(op).parse_attributes(attributes, error);
      });
  if (!graph) return graph;
  Diagnostics findings;
  for (const std::string& rule : broken_rules(*graph))
    findings.push_back({.code = DiagnosticCode::E0303, .message = rule, .place = {}, .help = {}, .file = {}});
  if (!findings.empty()) return findings;
  return graph;
}

}  // namespace

Result<Graph> import_tir(std::string_view text) {
  Result<Graph> graph = parse(text);
  if (!graph) return graph;
  Diagnostics findings = check_operators(*graph);
  if (!findings.empty()) return findings;
  return graph;
}

Result<std::vector<ModelOperator>> list_tir_operators(std::string_view text) {
  const Result<Graph> graph = parse(text);
  if (!graph) return graph.diagnostics();
  std::vector<ModelOperator> rows;
  std::map<Op, size_t> row_of;
  for (const Node& node : graph->nodes) {
    const auto [entry, fresh] = row_of.try_emplace(node.op, rows.size());
    if (fresh)
      rows.push_back({.name = std::string(name_of(node.op)), .count = 0, .supported = true, .reason = {}});
    ModelOperator& row = rows[entry->second];
    ++row.count;
    const Diagnostics findings = check_operator({*graph, node});
    if (findings.empty() || !row.supported) continue;
    row.supported = false;
    row.reason = findings.front().message;
  }
  return rows;
}

}  // namespace burin
