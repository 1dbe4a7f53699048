// The project's own models: generated code gives the outputs that lie beside them, and the accuracy that they
// promise.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

TensorData outputs_on(const Emitted& emitted, const TensorData& inputs) {
  const Result<ExecutionResult> result = execute(emitted.written.model, emitted.compilation.target, inputs);
  INFO(messages(result.diagnostics()));
  REQUIRE(result.ok());
  return result->outputs;
}

void check_models(const std::string& target, const std::vector<ModelFile>& models) {
  for (const ModelFile& model : models) {
    INFO(model.name << " on " << target);
    const Emitted emitted = emit(model, target);
    if (model.outputs.empty()) continue;
    const TensorData inputs = read_data(model.inputs);
    const TensorData expected = read_data(model.outputs);
    CHECK(outputs_on(emitted, inputs) == expected);
    CHECK(evaluate(emitted.compilation.imported, inputs, Rounding::tflm) == expected);
  }
}

// The share of images whose largest score stands at their label.
double digits_accuracy(const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(BURIN_SOURCE_DIR) / "models/digits";
  const Emitted emitted = emit((folder / "digits.tflite").string(), target);
  const std::vector<uint8_t> labels = read_data({folder / "test_labels.bin"})[0];
  const std::vector<uint8_t> scores = outputs_on(emitted, read_data({folder / "test_images.bin"}))[0];
  REQUIRE(labels.size() == 450);
  REQUIRE(scores.size() == labels.size() * 10);
  size_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    std::array<int8_t, 10> image{};
    std::memcpy(image.data(), scores.data() + 10 * i, image.size());
    right += std::ranges::max_element(image) - image.begin() == labels[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace

TEST_CASE("generated code for the host gives the recorded outputs of own models", "[models]") {
  check_models("host", own_models());
}

TEST_CASE("generated code for a Cortex-M4 gives the recorded outputs of own models", "[models][qemu]") {
  require_emulation();
  check_models("cortex-m4", own_models());
}

TEST_CASE("generated code for the other cores gives the recorded outputs of trained models",
          "[models][qemu]") {
  require_emulation();
  for (const char* target : {"cortex-m0plus", "cortex-m3", "cortex-m7", "cortex-m33", "cortex-m55"})
    check_models(target, trained_models());
}

TEST_CASE("generated code reads at least 97 % of handwritten digits that it never saw", "[models]") {
  CHECK(digits_accuracy("host") >= 0.97);
}

TEST_CASE("firmware for a Cortex-M4 reads at least 97 % of handwritten digits that it never saw",
          "[models][qemu]") {
  require_emulation();
  CHECK(digits_accuracy("cortex-m4") >= 0.97);
}

}  // namespace burin::test
