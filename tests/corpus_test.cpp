// The corpus of public models, where it is there: generated code against the outputs of TensorFlow Lite
// Micro.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <set>

#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "support/emitted.hpp"

namespace burin::test {
namespace {

// What is promised of each model. One that is not supported yet is to be refused with exit code 4; when
// support lands, it is judged like all others, and a test asks for this table to be brought up to date.
struct Expectation {
  const char* name;
  bool supported = true;
  int64_t arena_limit = 0;  // bytes on a Cortex-M4, chosen for speed; 0: none
};

constexpr Expectation expectations[] = {
    {.name = "kws_int8", .arena_limit = 16900},
    {.name = "vww_96_int8", .arena_limit = 57500},
    {.name = "resnet8_int8", .arena_limit = 51500},
    {.name = "ad01_int8", .arena_limit = 2100},
    {.name = "str_ww_ref_model"},
    {.name = "person_detect"},
    {.name = "micro_speech"},
    {.name = "magic_wand_int8"},
    {.name = "har_cnn"},
    {.name = "mnist_arduino_q"},
    {.name = "mnist_dw_q"},
    {.name = "image_example1"},
    {.name = "miniresnet_esc10"},
    {.name = "hello_world_int8"},
    {.name = "simple_add"},
    {.name = "kws_float"},
    {.name = "resnet8_float"},
    {.name = "ad01_fp32"},
    {.name = "magic_wand"},
    {.name = "mnist_valid_f"},
    {.name = "hello_world_float"},
    {.name = "trained_lstm"},
    {.name = "trained_lstm_int8"},
    {.name = "keras_lstm_mnist_ptq"},
    {.name = "dtln_noise_suppression"},
    {.name = "wake_hey_jarvis"},
    {.name = "wake_vad"},
    {.name = "kws_hybrid"},
    {.name = "ad01_hybrid"},
    {.name = "dtln_1_hybrid"},
    {.name = "mobilenet_v1_0_25_uint8"},
};

const Expectation* expectation_of(const std::string& name) {
  const auto* found = std::ranges::find(expectations, name, &Expectation::name);
  return found == std::end(expectations) ? nullptr : found;
}

struct Case {
  ModelFile file;
  Expectation expected;
};

bool compiles(const ModelFile& model) {
  CompileOptions options;
  options.model = model.path.string();
  return compile(options).ok();
}

// The models to judge: those that are expected to be supported, and any other that is nevertheless. Those
// that TensorFlow Lite Micro refuses have no outputs; the evaluator judges them.
std::vector<Case> supported_cases() {
  std::vector<Case> found;
  for (const ModelFile& model : corpus_models()) {
    const Expectation* expected = expectation_of(model.name);
    if (expected && (expected->supported || compiles(model))) found.push_back({model, *expected});
  }
  return found;
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

bool emulation_possible() {
  if (find_tool(Tool::arm_cxx).ok() && find_tool(Tool::qemu).ok()) return true;
  WARN("arm-none-eabi-g++ or qemu-system-arm is missing: nothing is tested in the emulator");
  return false;
}

void check_on(const std::string& target, size_t most_samples, const BuildOptions& build = {},
              Objective objective = Objective::speed) {
  for (const Case& c : supported_cases()) {
    INFO(c.file.name << " on " << target);
    CompileOptions options;
    options.model = c.file.path.string();
    options.target = target;
    options.objective = objective;
    const Result<Compilation> compilation = compile(options);
    INFO(messages(compilation.diagnostics()));
    REQUIRE(compilation.ok());
    const Result<WrittenModel> written = write_generated(*compilation);
    REQUIRE(written.ok());
    const bool judged = !c.file.outputs.empty();
    const TensorData all_inputs =
        judged ? read_data(c.file.inputs) : random_inputs(compilation->imported, 1, 1);
    const size_t samples = all_inputs.at(0).size() / written->model.inputs.at(0).bytes;
    const TensorData expected =
        judged ? read_data(c.file.outputs) : evaluate(compilation->imported, all_inputs, Rounding::tflm);
    const Result<ExecutionResult> result =
        execute(written->model, compilation->target, first_samples(all_inputs, most_samples, samples), build);
    INFO(messages(result.diagnostics()));
    REQUIRE(result.ok());
    check_equal(compilation->program, result->outputs, first_samples(expected, most_samples, samples));
    if (result->stack_bytes)
      CHECK(*result->stack_bytes <= static_cast<uint32_t>(compilation->program.stack_bytes));
  }
}

}  // namespace

TEST_CASE("the corpus is what the table of expectations says", "[corpus]") {
  const std::vector<ModelFile> models = corpus_models();
  std::set<std::string> names;
  for (const ModelFile& model : models) {
    INFO(model.name << " has no expectation");
    CHECK(expectation_of(model.name));
    names.insert(model.name);
  }
  for (const Expectation& expected : expectations) {
    INFO(expected.name << " is not in the corpus");
    CHECK((models.empty() || names.contains(expected.name)));
  }
}

TEST_CASE("the evaluator gives what TensorFlow Lite Micro gives", "[corpus]") {
  for (const Case& c : supported_cases()) {
    if (c.file.outputs.empty()) continue;
    INFO(c.file.name);
    CompileOptions options;
    options.model = c.file.path.string();
    const Result<Compilation> compilation = compile(options);
    INFO(messages(compilation.diagnostics()));
    REQUIRE(compilation.ok());
    check_equal(compilation->program,
                evaluate(compilation->imported, read_data(c.file.inputs), Rounding::tflm),
                read_data(c.file.outputs));
  }
}

TEST_CASE("generated code for the host gives what TensorFlow Lite Micro gives", "[corpus]") {
  check_on("host", 1000);
}

TEST_CASE("generated code for the host does nothing undefined, by any choice of kernels", "[corpus]") {
  const BuildOptions build = {
      .flags = {"-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"}};
  for (const Objective objective : {Objective::speed, Objective::size}) check_on("host", 3, build, objective);
}

TEST_CASE("generated code for a Cortex-M4 gives what TensorFlow Lite Micro gives", "[corpus][qemu]") {
  if (emulation_possible()) check_on("cortex-m4", 2);
}

TEST_CASE("arenas of public models keep to their limits", "[corpus]") {
  for (const Case& c : supported_cases()) {
    if (c.expected.arena_limit == 0) continue;
    CompileOptions options;
    options.model = c.file.path.string();
    options.target = "cortex-m4";
    options.objective = Objective::speed;
    const Result<Compilation> compilation = compile(options);
    INFO(c.file.name << ": " << messages(compilation.diagnostics()));
    REQUIRE(compilation.ok());
    CHECK(compilation->program.arena_bytes <= c.expected.arena_limit);
  }
}

TEST_CASE("balanced kernels of public models lie between those for speed and those for size", "[corpus]") {
  for (const Case& c : supported_cases()) {
    INFO(c.file.name);
    std::vector<Program> programs;
    for (const Objective objective : {Objective::speed, Objective::balanced, Objective::size}) {
      CompileOptions options;
      options.model = c.file.path.string();
      options.target = "cortex-m4";
      options.objective = objective;
      Result<Compilation> compilation = compile(options);
      REQUIRE(compilation.ok());
      programs.push_back(std::move(compilation->program));
    }
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

TEST_CASE("public models that are not supported yet are refused in words", "[corpus]") {
  std::string refused;
  for (const ModelFile& model : corpus_models()) {
    const TemporaryDirectory place = *TemporaryDirectory::create();
    const Expectation* expected = expectation_of(model.name);
    if (!expected || expected->supported) continue;
    const auto result =
        run_process({.words = {BURIN_TOOL, "compile", model.path.string(), "-o", place.path().string()}});
    REQUIRE(result.ok());
    if (result->status == 0) {
      WARN(model.name << " compiles now: say so in the table of expectations");
      for (const auto& written : std::filesystem::directory_iterator(place.path()))
        std::filesystem::remove(written.path());
      continue;
    }
    INFO(model.name << ": " << result->errors);
    CHECK(result->status == 4);
    CHECK(std::filesystem::is_empty(place.path()));
    const size_t message = result->errors.find("error[");
    REQUIRE(message != std::string::npos);
    refused +=
        "\n    " + model.name + ": " + result->errors.substr(message, result->errors.find('\n') - message);
  }
  if (!refused.empty()) WARN("not supported yet:" << refused);
}

TEST_CASE("every public model compiles in two seconds", "[corpus]") {
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
