// ID_STACK_BYTES is a bound: what calls really take is measured in the emulator.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

void check_stack(const Compilation& compilation, const std::string& name) {
  const Result<WrittenModel> written = write_generated(compilation);
  REQUIRE(written.ok());
  const TensorData inputs = random_inputs(compilation.imported, 2, 1);
  const TensorData expected = evaluate(compilation.imported, inputs, Rounding::tflm);
  for (const char* level : {"-O0", "-O1", "-O2", "-O3", "-Os"}) {
    const Result<ExecutionResult> result =
        execute(written->model, compilation.target, inputs, {.flags = {level}});
    INFO(name << " for " << compilation.target.name << " at " << level << ": "
              << messages(result.diagnostics()));
    REQUIRE(result.ok());
    if (!compilation.has_float_outputs()) CHECK(result->outputs == expected);
    const bool optimizes = std::string_view(level) != "-O0";
    CHECK(*result->stack_bytes <= static_cast<uint32_t>(compilation.program.stack.at(optimizes)));
  }
}

}  // namespace

TEST_CASE("trained models keep to their stack bound at every optimization level", "[codegen][qemu]") {
  require_emulation();
  for (const char* target : {"cortex-m4", "cortex-m0plus"})
    for (const ModelFile& model : trained_models()) check_stack(emit(model, target).compilation, model.name);
}

}  // namespace burin::test
