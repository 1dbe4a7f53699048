// Graphs that once went wrong, most of them found among random graphs and made small: text, passes, and
// generated code on this machine and in QEMU.
#include <catch2/catch.hpp>

#include "formats/import.hpp"
#include "random/check.hpp"

namespace burin::test {
namespace {

// All graphs, one batch for each rounding and objective.
void check_all(const Way& way) {
  BatchRunner runner;
  for (const Rounding rounding : {Rounding::tflm, Rounding::litert})
    for (const Objective objective : {Objective::speed, Objective::size}) {
      std::vector<Case> cases;
      std::vector<std::string> names;
      for (const auto& entry : std::filesystem::directory_iterator(BURIN_SOURCE_DIR "/tests/regression")) {
        if (entry.path().extension() != ".tir") continue;
        const Result<Graph> graph = import_model(entry.path());
        INFO(entry.path());
        if (!graph) FAIL(graph.diagnostics().front().message);
        cases.push_back(
            prepare_case(*graph, {.rounding = rounding, .objective = objective, .seed = 1, .samples = 4}));
        names.push_back(entry.path().stem().string());
        if (cases.back().failure) FAIL(cases.back().failure->stage << ": " << cases.back().failure->message);
      }
      REQUIRE(!cases.empty());
      std::vector<BatchMember> members;
      std::vector<std::string> of;
      for (size_t i = 0; i < cases.size(); ++i) {
        INFO(names[i]);
        if (!cases[i].refusal.empty()) continue;
        Lowered lowered = lower_case(cases[i], way.target);
        if (lowered.failure) FAIL(lowered.failure->message);
        REQUIRE(lowered.refusal.empty());
        members.push_back({&cases[i], std::move(*lowered.program)});
        of.push_back(names[i]);
      }
      const std::vector<std::optional<Failure>> failures = execute_cases(runner, way, members);
      for (size_t i = 0; i < failures.size(); ++i)
        if (failures[i]) {
          CAPTURE(of[i], rounding == Rounding::tflm, objective == Objective::speed);
          FAIL_CHECK(failures[i]->stage << ": " << failures[i]->message);
        }
    }
}

}  // namespace

TEST_CASE("graphs that once went wrong do not on the host, under sanitizers", "[regression][host]") {
  check_all(way_named("host-sanitized"));
}
TEST_CASE("graphs that once went wrong do not on a Cortex-M4", "[regression][qemu]") {
  check_all(way_named("cortex-m4-O2"));
}
TEST_CASE("graphs that once went wrong do not on a Cortex-M0+", "[regression][qemu]") {
  check_all(way_named("cortex-m0plus"));
}

}  // namespace burin::test
