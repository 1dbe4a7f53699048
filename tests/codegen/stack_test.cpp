// ID_STACK_BYTES is a bound: what calls really take is measured in the emulator.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support/combine.hpp"
#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

void check_stack(const Compilation& compilation, const std::string& name) {
  const Result<WrittenModel> written = write_generated(compilation);
  REQUIRE(written.ok());
  const TensorData inputs = random_inputs(compilation.imported, 2, 1);
  const TensorData expected = evaluate(compilation.imported, inputs, Rounding::tflm);
  for (const char* level : {"-O1", "-O2", "-O3", "-Os"}) {
    const Result<ExecutionResult> result =
        execute(written->model, compilation.target, inputs, {.flags = {level}});
    INFO(name << " for " << compilation.target.name << " at " << level << ": "
              << messages(result.diagnostics()));
    REQUIRE(result.ok());
    if (!compilation.has_float_outputs()) CHECK(result->outputs == expected);
    CHECK(*result->stack_bytes <= static_cast<uint32_t>(compilation.program.stack_bytes));
  }
}

}  // namespace

TEST_CASE("trained models keep to their stack bound at every optimisation level", "[codegen][qemu]") {
  require_emulation();
  for (const char* target : {"cortex-m4", "cortex-m0plus"})
    for (const ModelFile& model : trained_models()) check_stack(emit(model, target).compilation, model.name);
}

TEST_CASE("odd models keep to their stack bound at every optimisation level", "[codegen][qemu]") {
  require_emulation();
  for (const char* name : {"cortex-m4", "cortex-m0plus"}) {
    // All of them side by side, so that one build measures all kernels.
    std::vector<Graph> graphs;
    for (const ModelFile& model : odd_models()) graphs.push_back(emit(model, name).compilation.optimised);
    const Graph all = combine(graphs);
    const Result<Target> target = load_target(name);
    REQUIRE(target.ok());
    CompileOptions options;
    options.name = "odd";
    const Result<Compilation> compilation = generate_code(all, all, *target, options, "");
    REQUIRE(compilation.ok());
    check_stack(*compilation, "odd models");
  }
}

}  // namespace burin::test
