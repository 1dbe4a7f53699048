// Generated files give the same outputs however a firmware's project builds them: at any level of
// optimization, with a section for every function, optimized again when linking, and wherever the linker puts
// the inner loops.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "support/combine.hpp"
#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

const Words sections = {"-ffunction-sections", "-fdata-sections"};

// A generated file with samples, and what they have to give.
struct Trial {
  std::string name;
  Compilation compilation;
  WrittenModel written;
  TensorData inputs;
  TensorData expected;

  static Trial of(std::string name, Compilation compilation, size_t samples) {
    Result<WrittenModel> written = write_generated(compilation);
    REQUIRE(written.ok());
    TensorData inputs = random_inputs(compilation.imported, samples, 1);
    TensorData expected = evaluate(compilation.imported, inputs, Rounding::tflm);
    return {std::move(name), std::move(compilation), *std::move(written), std::move(inputs),
            std::move(expected)};
  }

  void check(const BuildOptions& build, const std::string& place = "") const {
    const Result<ExecutionResult> result = execute(written.model, compilation.target, inputs, build);
    INFO(fmt::format("{} for {}, {}{}: {}", name, compilation.target.name, fmt::join(build.flags, " "), place,
                     messages(result.diagnostics())));
    REQUIRE(result.ok());
    CHECK(*result->stack_bytes <= static_cast<uint32_t>(compilation.program.stack.optimized));
    for (size_t i = 0; i < expected.size(); ++i) {
      INFO("output " << i);
      check_output(compilation.program.outputs.at(i), expected[i], result->outputs.at(i));
    }
  }

  // With each inner loop at addresses that are `residue` modulo 8, whatever its section asks for.
  void check_at(int residue) const {
    const Words flags = Words{"-Os"} + sections;
    const std::string object = (written.folder.path() / "place.o").string();
    const Result<Words> compiler = find_tool(Tool::arm_cxx);
    REQUIRE(compiler.ok());
    require_silent(*compiler + compilation.target.compiler_flags + Words{"-fno-exceptions", "-fno-rtti"} +
                   flags + Words{"-c", written.model.source.string(), "-o", object});
    const std::string script = (written.folder.path() / "place.ld").string();
    const std::string text =
        require_output({test_file("kernels_arm/place_functions.sh"), object, std::to_string(residue)});
    REQUIRE(write_file(script, text).ok());
    check({.flags = flags, .linker_script = script}, fmt::format(", inner loops at {} modulo 8", residue));
  }

 private:
  static void check_output(const Port& port, const std::vector<uint8_t>& expected,
                           const std::vector<uint8_t>& actual) {
    if (port.dtype != DType::f32) {
      CHECK((actual == expected));
      return;
    }
    REQUIRE(actual.size() == expected.size());
    float magnitude = 0.1f;
    float difference = 0;
    for (size_t i = 0; i < expected.size(); i += sizeof(float)) {
      float wanted = 0;
      float found = 0;
      std::memcpy(&wanted, expected.data() + i, sizeof wanted);
      std::memcpy(&found, actual.data() + i, sizeof found);
      magnitude = std::max(magnitude, std::abs(wanted));
      difference = std::max(difference, std::abs(wanted - found));
    }
    CHECK(difference <= 1e-5f * magnitude);
  }
};

Trial trial(const ModelFile& model, const std::string& target) {
  return Trial::of(model.name, emit(model, target).compilation, 1);
}

// All odd models side by side, so that one build has many kernels.
Trial odd_trial(const std::string& name) {
  std::vector<Graph> graphs;
  for (const ModelFile& model : odd_models()) graphs.push_back(emit(model, name).compilation.optimized);
  const Graph all = combine(graphs);
  const Result<Target> target = load_target(name);
  REQUIRE(target.ok());
  CompileOptions options;
  options.name = "odd";
  Result<Compilation> compilation = generate_code(all, all, *target, options, "");
  REQUIRE(compilation.ok());
  return Trial::of("odd models", *std::move(compilation), 2);
}

// What Arduino, Zephyr and others build with, beyond what other tests do.
std::vector<Words> builds() {
  return {Words{"-Os"} + sections, Words{"-O1"}, Words{"-O2", "-flto"}};
}

// Every level with and without sections.
std::vector<Words> all_builds() {
  std::vector<Words> all = {{"-O2", "-flto"}, Words{"-Os", "-flto"} + sections};
  for (const char* level : {"-O1", "-O2", "-O3", "-Os"}) {
    all.push_back({level});
    all.push_back(Words{level} + sections);
  }
  return all;
}

}  // namespace

TEST_CASE("own models give the same however they are built", "[codegen][builds][qemu]") {
  require_emulation();
  const Trial odd = odd_trial("cortex-m4");
  for (const Words& flags : builds()) odd.check({.flags = flags});
  for (const int residue : {2, 6}) odd.check_at(residue);
  for (const ModelFile& model : trained_models())
    trial(model, "cortex-m4").check({.flags = builds().front()});
}

TEST_CASE("public models give the same built as Arduino and Zephyr do", "[codegen][builds][corpus][qemu]") {
  require_corpus();
  require_emulation();
  for (const ModelFile& model : corpus_models()) {
    if (model.name != "str_ww_ref_model" && model.name != "kws_int8" && model.name != "resnet8_int8")
      continue;
    for (const char* target : {"cortex-m4", "cortex-m33"}) {
      const Trial one = trial(model, target);
      one.check({.flags = builds().front()});
      one.check_at(2);
    }
  }
}

// An hour of work: BURIN_TEST_ALL_BUILDS=1 burin_tests '[all_builds]'.
TEST_CASE("every model gives the same at every level on every core", "[codegen][all_builds][corpus][qemu]") {
  if (std::getenv("BURIN_TEST_ALL_BUILDS") == nullptr)
    skip("it takes an hour, and BURIN_TEST_ALL_BUILDS asks for it");
  require_emulation();
  for (const char* target : {"cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"}) {
    const auto check_all = [](const Trial& one) {
      for (const Words& flags : all_builds()) one.check({.flags = flags});
    };
    check_all(odd_trial(target));
    for (const ModelFile& model : every_model()) check_all(trial(model, target));
  }
}

}  // namespace burin::test
