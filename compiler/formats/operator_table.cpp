#include "formats/operator_table.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace burin {
namespace {

// A finding for a table that names the operator already.
std::string reason_of(const Diagnostic& finding, const std::string& operator_name) {
  if (finding.code == DiagnosticCode::E0401) return "not implemented";
  const std::string prefix = fmt::format("operator {}: ", operator_name);
  return finding.message.starts_with(prefix) ? finding.message.substr(prefix.size()) : finding.message;
}

}  // namespace

Diagnostic damaged_file(std::string message) {
  return {.code = DiagnosticCode::E0302,
          .message = std::move(message),
          .place = {},
          .help = "export or download the file again",
          .file = {}};
}

Result<std::vector<ModelOperator>> operator_table(const Diagnostics& file_findings,
                                                  const std::vector<OperatorOutcome>& outcomes) {
  Diagnostics malformed = file_findings;
  std::erase_if(malformed, [](const Diagnostic& d) { return exit_code(d.code) != ExitCode::malformed; });
  if (!malformed.empty()) return malformed;
  std::vector<ModelOperator> rows;
  std::map<std::string_view, size_t> row_of;
  for (const OperatorOutcome& outcome : outcomes) {
    const auto [entry, fresh] = row_of.try_emplace(outcome.name, rows.size());
    if (fresh) rows.push_back({.name = outcome.name, .count = 0, .supported = true, .reason = {}});
    ModelOperator& row = rows[entry->second];
    ++row.count;
    if (outcome.findings.empty() || !row.supported) continue;
    row.supported = false;
    row.reason = reason_of(outcome.findings.front(), outcome.name);
  }
  return rows;
}

}  // namespace burin
