// burin prune, and compile --prune.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "formats/import.hpp"
#include "ir/text.hpp"
#include "support/command.hpp"
#include "support/files.hpp"
#include "support/networks.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// A folder with model.tir, 128 samples of its input in samples.bin, 10 others in data.bin with labels.bin,
// and an int8 model.
TemporaryDirectory workplace() {
  TemporaryDirectory place = *TemporaryDirectory::create();
  NetworkBuilder network(1);
  const TensorId image = network.input("image", {1, 6, 6, 1});
  const TensorId second = network.convolution("second", network.convolution("first", image, 8, 3), 12, 1);
  const TensorId mean = network.reshape("mean", network.average("average", second), {1, 12});
  const Graph graph = network.finish({network.softmax("scores", network.dense("logits", mean, 5))});
  Random random(2);
  const SampleValues samples = smooth_samples(graph, random, 128);
  const SampleValues data = smooth_samples(graph, random, 10);
  std::string labels;
  for (size_t s = 0; s < 10; ++s) {
    const std::vector<float> scores = evaluated_outputs(graph, data, s);
    const auto best = std::ranges::max_element(scores) - scores.begin();
    labels += static_cast<char>(s == 0 ? (best + 1) % 5 : best);  // the float model is wrong once
  }
  REQUIRE(write_file(place.path() / "model.tir", print_graph(graph)).ok());
  REQUIRE(write_file(place.path() / "samples.bin", text_of(samples.values[0])).ok());
  REQUIRE(write_file(place.path() / "data.bin", text_of(data.values[0])).ok());
  REQUIRE(write_file(place.path() / "labels.bin", labels).ok());
  return place;
}

CommandResult prune(const TemporaryDirectory& place, std::vector<std::string> options) {
  options.insert(options.begin(), {"prune", "model.tir", "--calibration", "samples.bin", "-o", "out.tflite"});
  return burin(options, {}, place.path());
}

nlohmann::json report_of(const TemporaryDirectory& place, std::vector<std::string> options) {
  options.emplace_back("--json");
  const CommandResult result = prune(place, options);
  INFO(result.errors);
  REQUIRE(result.status == 0);
  return nlohmann::json::parse(result.output);
}

}  // namespace

TEST_CASE("prune writes a model of fewer channels, and says what it costs", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  const CommandResult plain = prune(place, {"--macs", "0.5", "--report", "report.txt"});
  INFO(plain.errors);
  REQUIRE(plain.status == 0);
  CHECK(plain.output.empty());
  CHECK_THAT(plain.errors, Contains("MACs") && Contains("weights") && Contains("signal to noise"));
  CHECK_THAT(*read_file(place.path() / "report.txt"), Contains("1,6,6,12") && Contains("output before"));
  const std::string written = *read_file(place.path() / "out.tflite");
  const Result<Graph> graph = import_model(place.path() / "out.tflite");
  REQUIRE(graph);
  CHECK(graph->at(graph->inputs[0]).name == "image");
  CHECK(graph->at(graph->nodes[1].outputs[0]).type.shape[3] < 12);

  CHECK(report_of(place, {"--macs", "0.5"})["samples"] == 16);
  CHECK(*read_file(place.path() / "out.tflite") == written);  // the same input, the same bytes
  const nlohmann::json json =
      report_of(place, {"--macs", "0.5", "-t", "cortex-m4", "--data", "data.bin", "--labels", "labels.bin"});
  CHECK(2 * json["macs"].get<int64_t>() <= json["macs_before"].get<int64_t>());
  for (const std::string name : {"macs", "weight_bytes", "flash_bytes", "arena_bytes", "cycles"}) {
    INFO(name);
    CHECK(json[name].get<int64_t>() > 0);
    CHECK(json[name].get<int64_t>() < json[name + "_before"].get<int64_t>());
  }
  CHECK(json["sqnr_db"].get<double>() > 5);
  CHECK(json["samples"] == 10);
  CHECK(json["accuracy_before"] == 90);
  CHECK(json["accuracy"].get<double>() >= 50);
  CHECK(json["agreement"].get<double>() >= 50);
  CHECK(json["layers"].size() == graph->nodes.size());
}

TEST_CASE("prune makes weights 0 and leaves shapes alone", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  const nlohmann::json json = report_of(place, {"--sparsity", "0.6"});
  CHECK(json["macs"] == json["macs_before"]);
  CHECK(json["zero_weights_before"] == 0);
  const int64_t weights = 8 * 9 + 12 * 8 + 5 * 12;
  const auto zeros = json["zero_weights"].get<int64_t>();
  CHECK(10 * zeros >= 6 * weights);
  CHECK(10 * zeros <= 6 * weights + 20);
  CHECK(json["sqnr_db"].get<double>() > 5);
  const Result<Graph> graph = import_model(place.path() / "out.tflite");
  REQUIRE(graph);
  int64_t written = 0;
  for (const Tensor& tensor : graph->tensors)
    if (tensor.is_constant() && tensor.type.dtype == DType::f32 && tensor.type.shape.rank() > 1)
      written += std::ranges::count(tensor.constant->as<float>(), 0.0f);
  CHECK(written == zeros);
  // Channels go first where both are asked for.
  const nlohmann::json both = report_of(place, {"--macs", "0.6", "--sparsity", "0.5"});
  CHECK(both["macs"].get<int64_t>() < json["macs"].get<int64_t>());
  CHECK(both["zero_weights"].get<int64_t>() > 0);
}

TEST_CASE("labels of prune belong to the samples that judge", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  // What the network says itself of its own samples, so that it is always right.
  const CommandResult run =
      burin({"run", "model.tir", "--on", "evaluator", "--input", "samples.bin", "--output", "scores.bin"}, {},
            place.path());
  REQUIRE(run.status == 0);
  const std::string bytes = *read_file(place.path() / "scores.bin");
  const size_t count = bytes.size() / (5 * sizeof(float));
  REQUIRE(count == 128);
  std::string labels;
  for (size_t s = 0; s < count; ++s) {
    std::array<float, 5> scores{};
    std::memcpy(scores.data(), bytes.data() + s * sizeof(scores), sizeof(scores));
    const auto best = std::ranges::max_element(scores) - scores.begin();
    // All that judge but one: every eighth sample judges, and the others do not count.
    labels += static_cast<char>(s % 8 == 7 && s != 15 ? best : (best + 1) % 5);
  }
  REQUIRE(write_file(place.path() / "own.bin", labels).ok());
  const nlohmann::json json = report_of(place, {"--macs", "1", "--labels", "own.bin"});
  CHECK(json["samples"] == 16);
  CHECK(json["accuracy_before"] == 100.0 * 15 / 16);
  CHECK(json["accuracy"] == json["accuracy_before"]);
}

TEST_CASE("prune distills on samples without labels", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  const nlohmann::json plain = report_of(place, {"--macs", "0.5", "--data", "data.bin"});
  CHECK(plain["distillation"].is_null());
  const nlohmann::json json =
      report_of(place, {"--macs", "0.5", "--data", "data.bin", "--distill", "samples.bin", "--epochs", "3"});
  CHECK(json["macs"] == plain["macs"]);
  CHECK(json["distillation"]["epochs"] == 3);
  CHECK(json["distillation"]["error"].get<double>() <= json["distillation"]["error_before"].get<double>());
  const CommandResult none = prune(place, {"--macs", "0.5", "--distill", "samples.bin", "--epochs", "0"});
  check_failure(none, 2, "E0201");
  check_failure(prune(place, {"--macs", "0.5", "--distill", "absent.bin"}), 2, "E0203");
}

TEST_CASE("prune draws a curve, and prints it as a table", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  const CommandResult result =
      burin({"prune", "model.tir", "--calibration", "samples.bin", "--data", "data.bin", "--labels",
             "labels.bin", "-t", "cortex-m4", "--curve", "curve.svg"},
            {}, place.path());
  INFO(result.errors);
  REQUIRE(result.status == 0);
  CHECK_THAT(result.output, Contains("MACs %") && Contains("accuracy %") && Contains("100.0"));
  const auto points = std::ranges::count(result.output, '\n') - 1;
  CHECK(points >= 5);
  const std::string svg = *read_file(place.path() / "curve.svg");
  CHECK_THAT(svg, Catch::StartsWith("<svg ") && Catch::EndsWith("</svg>\n") && Contains("cycles"));
  size_t circles = 0;
  for (size_t at = svg.find("<circle"); at != std::string::npos; at = svg.find("<circle", at + 1)) ++circles;
  CHECK(circles == 2 * static_cast<size_t>(points));
  // The same points as JSON, with a model beside them.
  const nlohmann::json json = report_of(place, {"--macs", "0.5", "--curve", "curve.svg"});
  int64_t macs = json["macs_before"].get<int64_t>() + 1;
  for (const nlohmann::json& point : json["curve"]) {
    CHECK(point["macs"].get<int64_t>() < macs);
    macs = point["macs"].get<int64_t>();
    CHECK(point["cycles"].is_null());
    CHECK(point["agreement"].is_number());
  }
  CHECK(json["curve"].size() >= 4);
  CHECK(macs == json["macs"].get<int64_t>());
  CHECK(json["curve"].back()["sqnr_db"] == json["sqnr_db"]);
  CHECK(fs::exists(place.path() / "out.tflite"));
}

TEST_CASE("prune keeps to limits of flash and cycles on a target", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  const nlohmann::json before = report_of(place, {"--macs", "1", "-t", "cortex-m4"});
  CHECK(before["macs"] == before["macs_before"]);
  const auto cycles = before["cycles"].get<int64_t>() * 7 / 10;
  const auto flash = before["flash_bytes"].get<int64_t>() - 200;
  const nlohmann::json after = report_of(
      place, {"--cycles", std::to_string(cycles), "--flash", std::to_string(flash), "-t", "cortex-m4"});
  CHECK(after["cycles"].get<int64_t>() <= cycles);
  CHECK(after["flash_bytes"].get<int64_t>() <= flash);
  // Counted as int8, the same model is smaller.
  const nlohmann::json integer = report_of(place, {"--macs", "1", "-t", "cortex-m4", "--count-as", "int8"});
  CHECK(2 * integer["cycles"].get<int64_t>() < before["cycles"].get<int64_t>());
  CHECK(2 * integer["weight_bytes"].get<int64_t>() < before["weight_bytes"].get<int64_t>());
}

TEST_CASE("prune counts cycles before and after in the emulator", "[cli][prune][qemu]") {
  require_emulation();
  const TemporaryDirectory place = workplace();
  const nlohmann::json json =
      report_of(place, {"--macs", "0.5", "-t", "cortex-m4", "--count-as", "int8", "--count"});
  const auto before = json["counted_cycles_before"].get<int64_t>();
  const auto after = json["counted_cycles"].get<int64_t>();
  CHECK(after < before);
  CHECK(after > json["macs"].get<int64_t>() / 2);
  // What kernels were chosen by is not far from it.
  CHECK(2 * before > json["cycles_before"].get<int64_t>());
  CHECK(before < 2 * json["cycles_before"].get<int64_t>());
}

TEST_CASE("compile prunes, and quantizes then", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  const auto compiled = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words = {"compile", "model.tir", "-o", "out", "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const CommandResult result = burin(words, {}, place.path());
    INFO(result.errors);
    REQUIRE(result.status == 0);
    return nlohmann::json::parse(result.output);
  };
  const nlohmann::json whole = compiled({});
  const nlohmann::json pruned = compiled({"--prune", "0.5", "--calibration", "samples.bin"});
  const nlohmann::json both =
      compiled({"--prune", "0.5", "--quantize", "int8", "--calibration", "samples.bin"});
  CHECK(2 * pruned["macs"].get<int64_t>() <= whole["macs"].get<int64_t>());
  CHECK(both["macs"] == pruned["macs"]);
  CHECK(both["layers"].size() == whole["layers"].size());
  CHECK(both["inputs"][0]["dtype"] != pruned["inputs"][0]["dtype"]);
}

TEST_CASE("prune refuses what it cannot do, and writes nothing", "[cli][prune]") {
  const TemporaryDirectory place = workplace();
  REQUIRE(write_file(place.path() / "integer.tflite", *read_file(sine())).ok());
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  REQUIRE(write_file(place.path() / "bytes.bin", bytes).ok());
  const auto before = snapshot(place.path());
  const auto fails = [&](const std::vector<std::string>& options, int status, const std::string& code,
                         const std::string& words) {
    const CommandResult result = prune(place, options);
    check_failure(result, status, code);
    CHECK_THAT(result.errors, Contains(words));
  };
  fails({}, 2, "E0201", "no goal");
  for (const char* share : {"0", "1.5", "-1", "half", "0.5x", "flash=3"})
    fails({"--macs=" + std::string(share)}, 2, "E0201", "no share of the MACs");
  fails({"--flash", "60X"}, 2, "E0201", "no number of bytes");
  fails({"--cycles", "0"}, 2, "E0201", "no number of cycles");
  fails({"--cycles", "1K"}, 2, "E0201", "has no cycles to count");
  fails({"--cycles", "inf"}, 2, "E0201", "no number of cycles");
  fails({"--macs", "0.5", "--count"}, 2, "E0202", "generic");
  fails({"--sparsity", "80%"}, 2, "E0201", "no share of the weights");
  fails({"--sparsity", "0.5", "--distill", "samples.bin"}, 2, "E0201", "do not go together");
  fails({"--sparsity", "0.5", "--curve", "curve.svg"}, 2, "E0201", "do not go together");
  fails({"--macs", "0.5", "--labels", "labels.bin"}, 2, "E0204", "10 labels for 128 samples");
  fails({"--macs", "0.5", "--data", "samples.bin", "--labels", "labels.bin"}, 2, "E0204", "10 labels");
  fails({"--macs", "0.5", "--data", "absent.bin"}, 2, "E0203", "absent.bin");
  fails({"--macs", "0.5", "-t", "cortex-m99"}, 2, "E0202", "cortex-m99");
  fails({"--macs", "0.0001"}, 5, "E0502", "pruning cannot reach");
  fails({"--cycles", "100", "-t", "cortex-m4"}, 5, "E0502", "pruning cannot reach");
  fails({"--flash", "100"}, 5, "E0502", "pruning cannot reach");
  const auto other = [&](std::vector<std::string> words, int status, const std::string& code) {
    words.insert(words.begin(), "prune");
    check_failure(burin(words, {}, place.path()), status, code);
  };
  other({"model.tir", "--calibration", "labels.bin", "--macs", "0.5", "-o", "out.tflite"}, 2, "E0204");
  other({"model.tir", "--calibration", "samples.bin", "--macs", "0.5", "-o", "out.onnx"}, 2, "E0201");
  other({"model.tir", "--macs", "0.5", "-o", "out.tir"}, 2, "E0201");
  other({"model.tir", "--calibration", "samples.bin", "--macs", "0.5"}, 2, "E0201");
  other({"absent.tir", "--calibration", "samples.bin", "--macs", "0.5", "-o", "out.tir"}, 3, "E0305");
  REQUIRE(snapshot(place.path()) == before);
  // The input of the int8 model is one byte.
  other({"integer.tflite", "--calibration", "bytes.bin", "--macs", "0.5", "-o", "out.tir"}, 4, "E0402");
  check_failure(burin({"compile", "model.tir", "-o", "out", "--prune", "0.5"}, {}, place.path()), 2, "E0201");
  check_failure(
      burin({"compile", "model.tir", "-o", "out", "--prune", "ram=3", "--calibration", "samples.bin"}, {},
            place.path()),
      2, "E0201");
  CHECK(snapshot(place.path()) == before);
}

}  // namespace burin::test
