// The corpus of public models, where it is there: generated code against the outputs of TensorFlow Lite
// Micro.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <set>

#include "execute/process.hpp"
#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

// What is promised of each model, all of which compile.
struct Expectation {
  const char* name;
  int64_t arena_limit;  // bytes on a Cortex-M4, chosen for speed: what it is, so that growth is seen
};

constexpr Expectation expectations[] = {
    {"kws_int8", 11264},
    {"vww_96_int8", 48176},
    {"resnet8_int8", 35616},
    {"ad01_int8", 1920},
    {"str_ww_ref_model", 6688},
    {"person_detect", 48176},
    {"micro_speech", 5536},
    {"magic_wand_int8", 6432},
    {"har_cnn", 4224},
    {"mnist_arduino_q", 1568},
    {"mnist_dw_q", 2416},
    {"image_example1", 56192},
    {"miniresnet_esc10", 58816},
    {"hello_world_int8", 48},
    {"simple_add", 32768},
    {"kws_float", 40192},
    {"resnet8_float", 133248},
    {"ad01_fp32", 3072},
    {"magic_wand", 12352},
    {"mnist_valid_f", 3280},
    {"hello_world_float", 128},
    {"trained_lstm", 5376},
    {"trained_lstm_int8", 1680},
    {"keras_lstm_mnist_ptq", 1680},
    {"dtln_noise_suppression", 528},
    {"wake_hey_jarvis", 6352},
    {"wake_vad", 1040},
    {"kws_hybrid", 40192},
    {"ad01_hybrid", 3072},
    {"dtln_1_hybrid", 6144},
    {"mobilenet_v1_0_25_uint8", 65568},
};

const Expectation* expectation_of(const std::string& name) {
  const auto* found = std::ranges::find(expectations, name, &Expectation::name);
  return found == std::end(expectations) ? nullptr : found;
}

// Compiles a public model. All of them are supported: one that does not compile fails the test.
Compilation compilation_of(const ModelFile& model, const std::string& target, Objective objective) {
  CompileOptions options;
  options.model = model.path.string();
  options.target = target;
  options.objective = objective;
  Result<Compilation> compilation = compile(options);
  INFO(model.name << " for " << target << ": " << messages(compilation.diagnostics()));
  REQUIRE(compilation.ok());
  return *std::move(compilation);
}

float float_at(const std::vector<uint8_t>& bytes, size_t i) {
  float value = 0;
  std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
  return value;
}

// Equal bit for bit, or for reals within 1e-5 of the largest magnitude.
void check_equal(const Program& program, const TensorData& actual, const TensorData& expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    INFO("output " << i);
    REQUIRE(actual[i].size() == expected[i].size());
    if (program.outputs.at(i).dtype != DType::f32) {
      CHECK((actual[i] == expected[i]));
      continue;
    }
    float magnitude = 0;
    float difference = 0;
    for (size_t k = 0; k < actual[i].size() / sizeof(float); ++k) {
      magnitude = std::max(magnitude, std::abs(float_at(expected[i], k)));
      difference = std::max(difference, std::abs(float_at(expected[i], k) - float_at(actual[i], k)));
    }
    CHECK(difference <= 1e-5f * magnitude);
  }
}

// Models that TensorFlow Lite Micro refuses have no recorded outputs; the evaluator judges them.
void check_on(const std::string& target, size_t most_samples, const BuildOptions& build = {},
              Objective objective = Objective::speed) {
  for (const ModelFile& model : corpus_models()) {
    INFO(model.name << " on " << target);
    const Compilation compilation = compilation_of(model, target, objective);
    const Result<WrittenModel> written = write_generated(compilation);
    REQUIRE(written.ok());
    const bool judged = !model.outputs.empty();
    const TensorData all_inputs =
        judged ? read_data(model.inputs) : random_inputs(compilation.imported, 1, 1);
    const size_t samples = all_inputs.at(0).size() / written->model.inputs.at(0).bytes;
    const TensorData expected =
        judged ? read_data(model.outputs) : evaluate(compilation.imported, all_inputs, Rounding::tflm);
    const Result<ExecutionResult> result =
        execute(written->model, compilation.target, first_samples(all_inputs, most_samples, samples), build);
    INFO(messages(result.diagnostics()));
    REQUIRE(result.ok());
    check_equal(compilation.program, result->outputs, first_samples(expected, most_samples, samples));
    if (result->stack_bytes)
      CHECK(*result->stack_bytes <= static_cast<uint32_t>(compilation.program.stack.optimized));
  }
}

}  // namespace

TEST_CASE("the corpus is what the table of expectations says", "[corpus]") {
  require_corpus();
  std::set<std::string> names;
  for (const ModelFile& model : corpus_models()) {
    INFO(model.name << " has no expectation");
    CHECK(expectation_of(model.name));
    names.insert(model.name);
  }
  for (const Expectation& expected : expectations) {
    INFO(expected.name << " is not in the corpus");
    CHECK(names.contains(expected.name));
  }
}

TEST_CASE("the evaluator gives what TensorFlow Lite Micro gives", "[corpus]") {
  require_corpus();
  size_t judged = 0;
  for (const ModelFile& model : corpus_models()) {
    if (model.outputs.empty()) continue;
    ++judged;
    INFO(model.name);
    const Compilation compilation = compilation_of(model, "generic", Objective::balanced);
    check_equal(compilation.program, evaluate(compilation.imported, read_data(model.inputs), Rounding::tflm),
                read_data(model.outputs));
  }
  CHECK(judged > 0);
}

TEST_CASE("generated code for the host gives what TensorFlow Lite Micro gives", "[corpus]") {
  require_corpus();
  check_on("host", 1000);
}

TEST_CASE("generated code for the host does nothing undefined, by any choice of kernels", "[corpus]") {
  require_corpus();
  const BuildOptions build = {
      .flags = {"-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"}};
  for (const Objective objective : {Objective::speed, Objective::size}) check_on("host", 3, build, objective);
}

TEST_CASE("generated code for a Cortex-M4 gives what TensorFlow Lite Micro gives", "[corpus][qemu]") {
  require_corpus();
  require_emulation();
  check_on("cortex-m4", 2);
}

TEST_CASE("arenas of public models keep to their limits", "[corpus]") {
  require_corpus();
  for (const ModelFile& model : corpus_models()) {
    const Expectation* expected = expectation_of(model.name);
    REQUIRE(expected);
    INFO(model.name);
    CHECK(compilation_of(model, "cortex-m4", Objective::speed).program.arena_bytes <= expected->arena_limit);
  }
}

TEST_CASE("balanced kernels of public models lie between those for speed and those for size", "[corpus]") {
  require_corpus();
  for (const ModelFile& model : corpus_models()) {
    INFO(model.name);
    std::vector<Program> programs;
    for (const Objective objective : {Objective::speed, Objective::balanced, Objective::size})
      programs.push_back(compilation_of(model, "cortex-m4", objective).program);
    CHECK(programs[0].cycles_estimate() <= programs[1].cycles_estimate());
    CHECK(programs[1].cycles_estimate() <= programs[2].cycles_estimate());
    CHECK(programs[0].code_bytes_estimate() >= programs[1].code_bytes_estimate());
    const auto flash = [](const Program& program) {
      return program.weight_bytes() + program.code_bytes_estimate();
    };
    CHECK(flash(programs[0]) >= flash(programs[1]));
    CHECK(flash(programs[1]) >= flash(programs[2]));
    CHECK(programs[0].arena_bytes >= programs[1].arena_bytes);
    CHECK(programs[1].arena_bytes >= programs[2].arena_bytes);
  }
}

TEST_CASE("every public model compiles in two seconds", "[corpus]") {
  require_corpus();
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const ModelFile& model : corpus_models())
    for (const char* target : {"cortex-m4", "generic"}) {
      const auto result = run_process(
          {.words = {"bash", "-c", "TIMEFORMAT='%U %S'; time \"$@\" 2>/dev/null", "time", BURIN_TOOL,
                     "compile", model.path.string(), "-t", target, "-o", place.path().string()}});
      REQUIRE(result.ok());
      double user = 0;
      double system = 0;
      INFO(model.name << " for " << target << ": " << result->errors);
      REQUIRE(std::sscanf(result->errors.c_str(), "%lf %lf", &user, &system) == 2);
      // Processor time, so that a busy machine does not matter much.
      CHECK(user + system < 2.0);
    }
}

}  // namespace burin::test
