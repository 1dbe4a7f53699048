// The whole way on a network and data of some size: models/fashion, float, quantized from unlabelled samples,
// compiled, and run on all images that its training held out. The images are Debian's package
// dataset-fashion-mnist.
#include <catch2/catch.hpp>
#include <cstdio>
#include <span>

#include "data/npy.hpp"
#include "support/command.hpp"
#include "support/files.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;

constexpr size_t pixels = 28 * 28;
constexpr size_t classes = 10;

// The first bytes behind the header of a compressed file; empty where it cannot be read.
std::string unpacked(const std::string& name, size_t header, size_t bytes) {
  const fs::path path = fs::path("/usr/share/datasets/fashion-mnist") / name;
  if (!fs::exists(path)) return {};
  FILE* pipe = ::popen(("gzip -dc " + path.string()).c_str(), "r");
  if (pipe == nullptr) return {};
  std::string text(header + bytes, '\0');
  const size_t read = std::fread(text.data(), 1, text.size(), pipe);
  ::pclose(pipe);
  return read == text.size() ? text.substr(header) : std::string();
}

std::string as_floats(const std::string& images) {
  std::vector<float> values;
  for (const char pixel : images) values.push_back(static_cast<float>(static_cast<uint8_t>(pixel)) / 255.0f);
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// Percent of the samples whose largest score is at their label.
double accuracy(const std::string& scores, const std::string& labels) {
  REQUIRE(scores.size() == labels.size() * classes * sizeof(float));
  std::vector<float> values(labels.size() * classes);
  std::memcpy(values.data(), scores.data(), scores.size());
  size_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto one = std::span<const float>(values).subspan(i * classes, classes);
    if (std::ranges::max_element(one) - one.begin() == labels[i]) ++right;
  }
  return 100.0 * static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace

TEST_CASE("a trained classifier is as often right in int8, as generated code", "[cli][quantize][qemu]") {
  constexpr size_t samples = 256;
  constexpr size_t held_out = 10000;
  const std::string known = unpacked("train-images-idx3-ubyte.gz", 16, samples * pixels);
  const std::string images = unpacked("t10k-images-idx3-ubyte.gz", 16, held_out * pixels);
  const std::string labels = unpacked("t10k-labels-idx1-ubyte.gz", 8, held_out);
  if (known.empty() || images.empty() || labels.empty()) skip("dataset-fashion-mnist is not installed");
  const TemporaryDirectory folder = *TemporaryDirectory::create();
  const auto write = [&](const std::string& name, const std::string& contents) {
    REQUIRE(write_file(folder.path() / name, contents).ok());
  };
  const auto read = [&](const std::string& name) { return *read_file(folder.path() / name); };
  write("samples.npy", data::npy_header(data::ElementType::u8, {samples, 28, 28, 1}) + known);
  write("images", as_floats(images));
  write("few", as_floats(images.substr(0, 20 * pixels)));
  const std::string model = std::string(BURIN_SOURCE_DIR) + "/models/fashion/fashion.tflite";
  const CommandResult quantized = burin({"quantize", model, "--calibration", "samples.npy", "--scale",
                                         "1/255", "--io", "float", "-o", "fashion.tflite"},
                                        {}, folder.path());
  INFO(quantized.errors);
  REQUIRE(quantized.status == 0);
  const auto run = [&](const std::string& of, const std::string& on, const std::string& input) {
    const CommandResult result =
        burin({"run", of, "--on", on, "--input", input, "--output", "scores"}, {}, folder.path());
    if (on == "cortex-m4" && result.errors.find("E0205") != std::string::npos)
      skip("there is no compiler or emulator for Cortex-M");
    INFO(on << ": " << result.errors);
    REQUIRE(result.status == 0);
    return read("scores");
  };
  const double in_float = accuracy(run(model, "host", "images"), labels);
  const std::string scores = run("fashion.tflite", "host", "images");
  CAPTURE(in_float);
  CHECK(in_float > 85);
  CHECK(accuracy(scores, labels) > in_float - 0.3);
  const std::string part = run("fashion.tflite", "cortex-m4", "few");
  CHECK(part == scores.substr(0, part.size()));
}

}  // namespace burin::test
