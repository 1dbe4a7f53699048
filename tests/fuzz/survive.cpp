#include "fuzz/survive.hpp"

#include <array>

#include "cli/driver.hpp"
#include "formats/import.hpp"
#include "formats/tir/tir.hpp"
#include "ir/text.hpp"
#include "support/check.hpp"

namespace burin::fuzz {
namespace {

// A core without and one with kernels of its own, and a board, which has limits.
const Target& target_number(size_t number) {
  static const std::array targets = {*load_target("generic"), *load_target("cortex-m4"),
                                     *load_target("nano33-ble-sense")};
  return targets[number % targets.size()];
}

void check_refusal(const Diagnostics& diagnostics) {
  BURIN_CHECK(!diagnostics.empty(), "refused without a word");
  for (const Diagnostic& diagnostic : diagnostics) {
    const ExitCode code = exit_code(diagnostic.code);
    BURIN_CHECK(!diagnostic.message.empty(), "a diagnostic without a message");
    BURIN_CHECK(code == ExitCode::malformed || code == ExitCode::unsupported || code == ExitCode::over_budget,
                "refused for what the model is not to blame for: " + diagnostic.message);
  }
}

void check_text_form(const Graph& graph) {
  const std::string printed = print_graph(graph);
  const Result<Graph> again = import_tir(printed);
  // Not by ==, to which a number that is none differs from itself.
  BURIN_CHECK(again.ok() && print_graph(*again) == printed, "the text form loses something");
}

}  // namespace

void survive(std::span<const uint8_t> bytes, const std::string& name) {
  (void)list_operators(std::as_bytes(bytes), name);
  uint32_t choice = 0;
  for (const uint8_t byte : bytes) choice = 31 * choice + byte;
  constexpr std::array objectives = {Objective::speed, Objective::balanced, Objective::size};
  CompileOptions options;
  options.model = name;
  options.objective = objectives[choice / 3 % 3];
  options.rounding = choice / 9 % 2 == 0 ? Rounding::tflm : Rounding::litert;
  const Result<PreparedModel> model = prepare(std::as_bytes(bytes), options);
  if (!model) return check_refusal(model.diagnostics());
  check_text_form(model->imported);
  const Result<Compilation> result = compile(*model, target_number(choice), options);
  if (!result) check_refusal(result.diagnostics());
}

}  // namespace burin::fuzz
