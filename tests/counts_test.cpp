// What the project's own models cost on a Cortex-M4, counted in QEMU: a change that makes a kernel slower
// shows here, and so does an estimate that kernels are chosen by and that is no longer true.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "execute/bench.hpp"
#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

// Between estimated and counted cycles. What a float32 product costs depends on its layer more than one price
// says: the bound is what models/fashion needs.
struct Factors {
  double model;
  double layer;
};
constexpr Factors factors_of_integers = {1.1, 1.5};
constexpr Factors factors_of_reals = {1.4, 2.0};
constexpr double pinned_share = 0.02;  // how far instructions may be from the recorded number

// Recorded with this compiler at -O2. Portable code is what the compiler makes of it.
constexpr const char* recorded_with = "12.2.1";
struct Recorded {
  const char* model;
  double instructions;  // one warm inference
};
constexpr Recorded recorded[] = {{"digits", 135797}, {"fashion", 1115799}, {"sine", 1085}};

struct Counted {
  ModelFile model;
  Emitted emitted;
  BenchReport report;
};

std::vector<Counted> count_own_models() {
  std::vector<Counted> counted;
  for (const ModelFile& model : trained_models()) {
    Emitted emitted = emit(model, "cortex-m4");
    const Result<BenchReport> report =
        bench(emitted.written.model, emitted.compilation.target,
              random_inputs(emitted.compilation.imported, 1, 1), {.flags = {"-O2"}});
    INFO(model.name << ": " << messages(report.diagnostics()));
    REQUIRE(report.ok());
    REQUIRE(report->layers.size() == emitted.program().steps.size());
    counted.push_back({model, std::move(emitted), *report});
  }
  return counted;
}

bool within(double estimated, double counted, double factor) {
  return estimated <= counted * factor && counted <= estimated * factor;
}

}  // namespace

TEST_CASE("estimated cycles are near the counted ones", "[models][qemu]") {
  require_emulation();
  for (const Counted& one : count_own_models()) {
    const Program& program = one.emitted.program();
    INFO(one.model.name);
    const auto total = static_cast<double>(one.report.total.cycles);
    CAPTURE(total, program.cycles_estimate());
    const bool real =
        one.emitted.compilation.imported.at(one.emitted.compilation.imported.inputs[0]).type.dtype ==
        DType::f32;
    const Factors factors = real ? factors_of_reals : factors_of_integers;
    CHECK(within(static_cast<double>(program.cycles_estimate()), total, factors.model));
    for (size_t i = 0; i < program.steps.size(); ++i) {
      const auto cycles = static_cast<double>(one.report.layers[i].cycles);
      CAPTURE(program.steps[i].name, cycles, program.steps[i].call.cycles);
      CHECK(within(static_cast<double>(program.steps[i].call.cycles), cycles, factors.layer));
    }
  }
}

TEST_CASE("the instructions of own models are the recorded ones", "[models][qemu]") {
  require_emulation();
  const std::string version = require_output(*find_tool(Tool::arm_cxx) + Words{"-dumpfullversion"});
  if (!version.starts_with(recorded_with))
    skip(fmt::format("the counts are recorded with GCC {}, and this is {}", recorded_with, version));
  for (const Counted& one : count_own_models()) {
    INFO(one.model.name);
    const auto* found =
        std::ranges::find(recorded, one.model.name, [](const Recorded& r) { return r.model; });
    REQUIRE(found != std::end(recorded));
    const auto instructions = static_cast<double>(one.report.total.instructions);
    CAPTURE(instructions, found->instructions);
    CHECK(std::abs(instructions - found->instructions) <= pinned_share * found->instructions);
  }
}

}  // namespace burin::test
