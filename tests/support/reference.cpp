#include "support/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>

#include "execute/process.hpp"
#include "kernels/kernel.hpp"
#include "ops/copying.hpp"
#include "ops/operator.hpp"
#include "passes/pass.hpp"
#include "support/check.hpp"
#include "support/diagnostic.hpp"
#include "support/type_table.hpp"
#include "target/target.hpp"

namespace burin {
namespace {

// Text for a table's cell.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string command_line() {
  std::string text = fmt::format("## Command line\n\n```\n{}```\n", help_text({}));
  for (const std::string& verb : verb_names())
    text += fmt::format("\n### burin {}\n\n```\n{}```\n", verb, help_text(verb));
  return text;
}

std::string count(int32_t minimum, int32_t maximum, const char* what) {
  if (minimum == maximum) return fmt::format("{} {}{}", minimum, what, minimum == 1 ? "" : "s");
  if (maximum == INT32_MAX) return fmt::format("{} or more {}s", minimum, what);
  return fmt::format("{} to {} {}s", minimum, maximum, what);
}

std::string operators() {
  std::string text =
      "## Operators\n\nA use of an operator that breaks one of its constraints is refused with that "
      "sentence.\n";
  for (const Operator* definition : all_operators()) {
    const OperatorFacts& facts = definition->facts();
    const std::string_view name = facts.tflite_name.empty() ? name_of(facts.op) : facts.tflite_name;
    text += fmt::format("\n### {}\n\n{} In .tir: `{}`; {}, {}{}.\n\n", name, facts.summary, name_of(facts.op),
                        count(facts.minimum_inputs, facts.maximum_inputs, "input"),
                        count(facts.minimum_outputs, facts.maximum_outputs, "output"),
                        facts.activation ? ", may carry an activation" : "");
    for (const Constraint& constraint : definition->constraints())
      text += fmt::format("* {}\n", constraint.sentence);
    if (copies_elements(facts.op)) text += fmt::format("* {}\n", copying_sentence);
  }
  return text + "\n" + test::type_table();
}

std::string kernels() {
  std::string text =
      "## Kernels\n\n| operator | kernel | set | header in runtime-stub | |\n| --- | --- | --- | --- | --- "
      "|\n";
  for (const Operator* definition : all_operators())
    for (const Kernel* kernel : all_kernels()) {
      const KernelFacts& facts = kernel->facts();
      if (facts.op != definition->facts().op) continue;
      text += fmt::format("| {} | `{}` | {} | {} | {} |\n", definition->facts().tflite_name, facts.name,
                          name_of(facts.set), facts.header, cell(facts.summary));
    }
  return text;
}

std::string targets() {
  std::string text =
      "## Targets\n\n| target | core | features | kernel sets | flash | RAM | QEMU | |\n"
      "| --- | --- | --- | --- | ---: | ---: | --- | --- |\n";
  for (const std::string& name : target_names()) {
    const Result<Target> target = load_target(name);
    BURIN_CHECK(target.ok(), "a target that travels with the tool does not load: " + name);
    std::vector<std::string_view> features;
    for (const Feature feature : target->features) features.push_back(name_of(feature));
    std::vector<std::string_view> sets;
    for (const KernelSet set : target->kernel_sets) sets.push_back(name_of(set));
    const auto bytes = [](std::optional<uint64_t> value) { return value ? std::to_string(*value) : ""; };
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} | {} |\n", name,
                        target->kind == TargetKind::board ? target->core : "", fmt::join(features, ", "),
                        fmt::join(sets, ", "), bytes(target->flash_bytes()), bytes(target->ram_bytes()),
                        target->emulator ? target->emulator->machine : "", cell(target->description));
  }
  return text;
}

std::string passes() {
  std::string text = "## Passes\n\nIn this order.\n\n";
  for (const Pass& pass : pipeline()) text += fmt::format("* `{}`: {}\n", pass.name, pass.summary);
  return text;
}

std::string diagnostics() {
  std::string text =
      "## Diagnostics\n\nThe first two digits are the exit code.\n\n| code | | |\n| --- | --- | --- |\n";
  for (const DiagnosticDescription& description : diagnostic_descriptions())
    text +=
        fmt::format("| {} | {} | {} |\n", description.name, cell(description.title), cell(description.text));
  return text;
}

}  // namespace

std::string help_text(const std::string& verb) {
  std::vector<std::string> words = {BURIN_TOOL};
  if (!verb.empty()) words.push_back(verb);
  words.emplace_back("--help");
  const Result<ProcessResult> result = run_process({.words = words});
  BURIN_CHECK(result.ok() && result->ok(), "the tool does not print its help");
  std::string text;
  std::istringstream lines(result->output);
  for (std::string line; std::getline(lines, line);) {
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

std::vector<std::string> verb_names() {
  std::vector<std::string> names;
  std::istringstream lines(help_text({}));
  bool listed = false;
  for (std::string line; std::getline(lines, line);) {
    if (listed && line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
    if (line == "Subcommands:") listed = true;
  }
  return names;
}

std::string reference_page() {
  return fmt::format(
      "# Reference\n\nGenerated from what the tool says of itself: `BURIN_BLESS=1 build/tests/burin_tests "
      "'[docs]'` rewrites this page.\n\n{}\n{}\n{}\n{}\n{}\n{}",
      command_line(), operators(), kernels(), targets(), passes(), diagnostics());
}

}  // namespace burin
