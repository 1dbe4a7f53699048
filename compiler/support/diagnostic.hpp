// Diagnostics: what a user is told about an input that cannot be used. Each has a stable code, a place in the
// user's own words, a cause and a remedy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace burin {

enum class DiagnosticCode {
#define BURIN_DIAGNOSTIC(code, title, text) code,
#include "support/diagnostics.def"
#undef BURIN_DIAGNOSTIC
};

struct DiagnosticDescription {
  DiagnosticCode code;
  std::string_view name;   // "E0401"
  std::string_view title;  // a few words
  std::string_view text;   // the long text
};

// All diagnostics, sorted by code.
const std::vector<DiagnosticDescription>& diagnostic_descriptions();
const DiagnosticDescription& describe(DiagnosticCode code);

// Process exit codes; a diagnostic's code decides which.
enum class ExitCode : int {
  ok = 0,
  internal = 1,
  usage = 2,
  malformed = 3,
  unsupported = 4,
  over_budget = 5,
  mismatch = 6
};
ExitCode exit_code(DiagnosticCode code);

struct Diagnostic {
  DiagnosticCode code = DiagnosticCode::E0101;
  std::string message{};  // the cause, one line, no full stop
  std::string place{};    // operator or tensor by its original name, already printable; may be empty
  std::string help{};     // the remedy, may be empty
  std::string file{};     // filled in by whoever knows the file; may be empty
};

using Diagnostics = std::vector<Diagnostic>;

// Untrusted text made printable: control bytes and invalid UTF-8 become \xNN, and what exceeds `limit` bytes
// is cut and marked with an ellipsis.
std::string printable(std::string_view text, size_t limit = 200);

}  // namespace burin
