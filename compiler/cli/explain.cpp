// burin explain: the long text of a diagnostic.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/verbs.hpp"

namespace burin {
namespace {

ExitCode run(const Session& session, const std::string& code) {
  for (const DiagnosticDescription& description : diagnostic_descriptions()) {
    if (description.name != code) continue;
    fmt::print("{}: {} (exit code {})\n\n{}\n", description.name, description.title,
               static_cast<int>(exit_code(description.code)), description.text);
    return ExitCode::ok;
  }
  std::string known;
  for (const DiagnosticDescription& description : diagnostic_descriptions())
    known += (known.empty() ? "" : ", ") + std::string(description.name);
  return report(session, {{.code = DiagnosticCode::E0201,
                           .message = fmt::format("there is no diagnostic {}", printable(code, 40)),
                           .place = {},
                           .help = "the codes are " + known}});
}

}  // namespace

Verb add_explain(CLI::App& app) {
  const auto code = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("explain", "Print the long text of a diagnostic");
  verb->add_option("code", *code, "Such as E0401")->required()->type_name("CODE");
  return {verb, [code](const Session& session) { return run(session, *code); }};
}

}  // namespace burin
