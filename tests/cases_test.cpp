// Small models with the outputs of TensorFlow Lite Micro's reference kernels, each of a kind that once came
// out wrong or was refused. They are not part of the project.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "cli/generated.hpp"
#include "support/files.hpp"

namespace burin {
namespace {

// A folder of folders, named by BURIN_CASES; else ../shared/cases beside the sources. It need not exist.
std::filesystem::path cases_folder() {
  const char* named = std::getenv("BURIN_CASES");
  return named ? named : std::filesystem::path(BURIN_SOURCE_DIR).parent_path() / "shared/cases";
}

struct SmallCase {
  const char* model;  // below the folder
  std::vector<const char*> inputs;
  const char* output;
};

const SmallCase small_cases[] = {
    {"REL-2/add.tflite", {"REL-2/in0.bin", "REL-2/in1.bin"}, "REL-2/out0.bin"},
    {"REL-7/hard_swish.tflite", {"REL-7/in0.bin"}, "REL-7/out0.bin"},
    {"computed-weights/fully_connected_f32.tflite",
     {"computed-weights/fully_connected_f32.in0.bin", "computed-weights/fully_connected_f32.in1.bin"},
     "computed-weights/fully_connected_f32.out0.bin"},
    {"int16-operators/average_pool_2d.tflite",
     {"int16-operators/average_pool_2d.in0.bin"},
     "int16-operators/average_pool_2d.out0.bin"},
    {"int16-operators/batch_matmul.tflite",
     {"int16-operators/batch_matmul.in0.bin", "int16-operators/batch_matmul.in1.bin"},
     "int16-operators/batch_matmul.out0.bin"},
    {"int16-operators/max_pool_2d.tflite",
     {"int16-operators/max_pool_2d.in0.bin"},
     "int16-operators/max_pool_2d.out0.bin"},
    {"int16-operators/mean.tflite", {"int16-operators/mean.in0.bin"}, "int16-operators/mean.out0.bin"},
    {"int16-operators/softmax.tflite",
     {"int16-operators/softmax.in0.bin"},
     "int16-operators/softmax.out0.bin"},
    {"read-only-variable-weights/masked_fc.tflite",
     {"read-only-variable-weights/masked_fc.in0.bin"},
     "read-only-variable-weights/masked_fc.out0.bin"},
    {"reshape-placeholder-shape/reshape_relu.tflite",
     {"reshape-placeholder-shape/reshape_relu.in0.bin"},
     "reshape-placeholder-shape/reshape_relu.out0.bin"},
    {"zero-scale-channel/depthwise.tflite",
     {"zero-scale-channel/depthwise.in0.bin"},
     "zero-scale-channel/depthwise.out0.bin"},
};

std::vector<uint8_t> bytes_of(const std::filesystem::path& path) {
  const Result<std::string> text = read_file(path);
  REQUIRE(text.ok());
  return {text->begin(), text->end()};
}

void check_equal(DType dtype, const std::vector<uint8_t>& actual, const std::vector<uint8_t>& expected) {
  REQUIRE(actual.size() == expected.size());
  if (dtype != DType::f32) {
    CHECK((actual == expected));
    return;
  }
  const auto at = [](const std::vector<uint8_t>& bytes, size_t i) {
    float value = 0;
    std::memcpy(&value, &bytes[i], sizeof value);
    return value;
  };
  for (size_t i = 0; i < actual.size(); i += sizeof(float)) {
    const float a = at(actual, i);
    const float e = at(expected, i);
    CAPTURE(i / sizeof(float), a, e);
    CHECK((a == e || (std::isnan(a) && std::isnan(e)) ||
           std::abs(a - e) <= 1e-5f * std::max(1.0f, std::abs(e))));
  }
}

}  // namespace

TEST_CASE("small cases give what TensorFlow Lite Micro gives", "[cases]") {
  if (!std::filesystem::exists(cases_folder())) {
    WARN("there are no cases in " << cases_folder().string());
    return;
  }
  for (const SmallCase& c : small_cases) {
    INFO(c.model);
    CompileOptions options;
    options.model = (cases_folder() / c.model).string();
    options.target = "host";
    const Result<Compilation> compilation = compile(options);
    if (!compilation) FAIL(compilation.diagnostics().front().message);
    TensorData inputs;
    for (const char* file : c.inputs) inputs.push_back(bytes_of(cases_folder() / file));
    const std::vector<uint8_t> expected = bytes_of(cases_folder() / c.output);
    const Graph& imported = compilation->imported;
    const DType dtype = imported.at(imported.outputs.at(0)).type.dtype;
    check_equal(dtype, evaluate(imported, inputs, Rounding::tflm).at(0), expected);
    const Result<WrittenModel> written = write_generated(*compilation);
    REQUIRE(written.ok());
    const Result<ExecutionResult> run = execute(written->model, compilation->target, inputs);
    if (!run) FAIL(run.diagnostics().front().message);
    check_equal(dtype, run->outputs.at(0), expected);
  }
}

TEST_CASE("the model of joined tensors with other zero points is refused, and the operand named", "[cases]") {
  if (!std::filesystem::exists(cases_folder())) return;
  CompileOptions options;
  options.model = (cases_folder() / "concat-scale-mismatch/pack.tflite").string();
  const Result<Compilation> compilation = compile(options);
  REQUIRE_FALSE(compilation.ok());
  CHECK_THAT(compilation.diagnostics().front().message, Catch::Contains("zero point -9") &&
                                                            Catch::Contains("\"z\" has scale") &&
                                                            Catch::Contains("zero point 7"));
}

}  // namespace burin
