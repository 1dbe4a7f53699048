// burin quantize, and compile --quantize: what they write, and what they say to samples that do not fit.
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "data/npy.hpp"
#include "execute/process.hpp"
#include "support/command.hpp"
#include "support/files.hpp"
#include "support/random.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

constexpr size_t samples = 120;

std::string numbers(Random& random, size_t count, double magnitude) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += (i > 0 ? ", " : "") + std::to_string(random.real(-magnitude, magnitude));
  return text;
}

// Convolution, fully connected layer, softmax over three classes.
std::string small_model() {
  Random random(1);
  return "tir 1 \"small\"\n\n"
         "tensor %0 \"image\" f32[1,4,4,1]\n"
         "tensor %1 \"kernel\" f32[4,3,3,1] = [" +
         numbers(random, 36, 0.7) +
         "]\n"
         "tensor %2 \"kernel bias\" f32[4] = [0.1, -0.2, 0.3, 0]\n"
         "tensor %3 \"features\" f32[1,2,2,4]\n"
         "tensor %4 \"flat\" f32[1,16]\n"
         "tensor %5 \"weights\" f32[3,16] = [" +
         numbers(random, 48, 0.9) +
         "]\n"
         "tensor %6 \"bias\" f32[3] = [0.1, 0, -0.1]\n"
         "tensor %7 \"logits\" f32[1,3]\n"
         "tensor %8 \"scores\" f32[1,3]\n\n"
         "inputs (%0)\noutputs (%8)\n\n"
         "node 0 \"features\"\n  %3 = convolution_2d(%0, %1, %2) then relu\n"
         "node 1 \"flat\"\n  %4 = reshape(%3)\n"
         "node 2 \"logits\"\n  %7 = fully_connected(%4, %5, %6) {keep_rank: false}\n"
         "node 3 \"scores\"\n  %8 = softmax(%7)\n";
}

std::vector<float> random_images(size_t count) {
  Random random(2);
  std::vector<float> values(16 * count);
  for (float& x : values) x = static_cast<float>(random.real(-1, 1));
  return values;
}

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// A folder with the model, its samples, and their classes by chance.
struct Place {
  TemporaryDirectory folder = *TemporaryDirectory::create();
  Place() {
    write("small.tir", small_model());
    write("samples.bin", bytes_of(random_images(samples)));
    std::string labels;
    for (size_t i = 0; i < samples; ++i) labels += static_cast<char>(i % 3);
    write("labels.bin", labels);
  }
  void write(const std::string& name, const std::string& contents) const {
    REQUIRE(write_file(folder.path() / name, contents).ok());
  }
  std::string read(const std::string& name) const { return *read_file(folder.path() / name); }
  CommandResult run(const std::vector<std::string>& words) const { return burin(words, {}, folder.path()); }
  CommandResult quantize(const std::vector<std::string>& more) const {
    std::vector<std::string> words = {"quantize", "small.tir", "-o", "small.tflite"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  bool holds(const std::string& name) const { return fs::exists(folder.path() / name); }
};

}  // namespace

TEST_CASE("quantize writes a model, a report, and all that it found", "[cli][quantize]") {
  const Place place;
  const CommandResult result =
      place.quantize({"--calibration", "samples.bin", "--labels", "labels.bin", "--report", "report.txt",
                      "--ranges", "ranges.json", "--json"});
  INFO(result.errors);
  REQUIRE(result.status == 0);
  CHECK_THAT(result.errors, Contains("all 4 operators compute in int8") &&
                                Contains("30 of 120 samples, which decided nothing") && Contains("right of"));
  const nlohmann::json json = nlohmann::json::parse(result.output);
  CHECK(json["sqnr_db"].get<double>() > 25);
  CHECK(json["agreement"].get<double>() > 80);
  CHECK(json["layers"].size() == 4);
  CHECK(json["float_layers"].empty());
  uint64_t counted = 0;
  uint64_t right = 0;
  REQUIRE(json["confusion"].size() == 3);
  for (size_t row = 0; row < 3; ++row)
    for (size_t column = 0; column < 3; ++column) {
      counted += json["confusion"][row][column].get<uint64_t>();
      right += row == column ? json["confusion"][row][column].get<uint64_t>() : 0;
    }
  CHECK(counted == samples);
  CHECK(std::abs(json["accuracy"].get<double>() - 100.0 * static_cast<double>(right) / samples) < 1e-9);
  CHECK(json["accuracy_float"].get<double>() > 0);
  CHECK_THAT(place.read("report.txt"), Contains("logits") && Contains("accumulated dB") &&
                                           Contains("takes the samples of each class for"));

  // The same again, and without the samples.
  const std::string model = place.read("small.tflite");
  REQUIRE(place.quantize({"--calibration", "samples.bin"}).status == 0);
  CHECK(place.read("small.tflite") == model);
  fs::remove(place.folder.path() / "samples.bin");
  const CommandResult again = place.quantize({"--ranges", "ranges.json"});
  INFO(again.errors);
  CHECK(again.status == 0);
  CHECK(place.read("small.tflite") == model);
}

TEST_CASE("what quantize writes gives equal bytes on the evaluator, the host and a core", "[cli][qemu]") {
  const Place place;
  const std::string scheme = GENERATE("int8", "int16", "hybrid");
  CAPTURE(scheme);
  REQUIRE(place.quantize({"--calibration", "samples.bin", "--scheme", scheme, "-q"}).status == 0);
  const size_t width = scheme == "int8" ? 1 : scheme == "int16" ? 2 : 4;
  std::string bytes;
  if (scheme == "hybrid")
    bytes = bytes_of(random_images(8));
  else
    for (size_t i = 0; i < 16 * 8 * width; ++i) bytes += static_cast<char>(i * 37);
  place.write("in", bytes);
  for (const std::string on : {"evaluator", "host", "cortex-m4"}) {
    const CommandResult result =
        place.run({"run", "small.tflite", "--on", on, "--input", "in", "--output", on});
    INFO(on << ": " << result.errors);
    if (on == "cortex-m4" && result.errors.find("E0205") != std::string::npos)
      skip("there is no compiler or emulator for Cortex-M");
    REQUIRE(result.status == 0);
    CHECK(place.read(on).size() == 3 * 8 * width);
    if (scheme != "hybrid") CHECK(place.read(on) == place.read("evaluator"));
  }
}

TEST_CASE("compile --quantize compiles the model that quantize writes", "[cli][quantize]") {
  const Place place;
  const CommandResult both = place.run(
      {"compile", "small.tir", "--quantize", "int8", "--calibration", "samples.bin", "-o", "one", "-q"});
  INFO(both.errors);
  REQUIRE(both.status == 0);
  REQUIRE(place.quantize({"--calibration", "samples.bin", "--ranges", "ranges.json", "-q"}).status == 0);
  REQUIRE(place.run({"compile", "small.tflite", "-o", "two", "-q"}).status == 0);
  const auto report = [&](const std::string& folder) {
    return nlohmann::json::parse(place.read(folder + "/small.json"));
  };
  for (const char* key : {"inputs", "outputs", "layers", "arena_bytes", "weight_bytes"})
    CHECK(report("one")[key] == report("two")[key]);
  CHECK(report("one")["inputs"][0]["dtype"] == "int8");

  // What it finds can be kept, and stands in for the samples.
  const std::vector<std::string> words = {"compile", "small.tir", "--quantize", "int8", "-q"};
  const auto compile = [&](std::vector<std::string> more) {
    more.insert(more.begin(), words.begin(), words.end());
    return place.run(more);
  };
  REQUIRE(compile({"--calibration", "samples.bin", "--ranges", "found.json", "-o", "one"}).status == 0);
  CHECK(place.read("found.json") == place.read("ranges.json"));
  const CommandResult again = compile({"--ranges", "found.json", "-o", "again", "--depfile", "again.d"});
  INFO(again.errors);
  REQUIRE(again.status == 0);
  CHECK(place.read("again/small.cpp") == place.read("one/small.cpp"));
  CHECK_THAT(place.read("again.d"), Contains("found.json"));
  const CommandResult wide = place.run({"compile", "small.tir", "--quantize", "int16", "--calibration",
                                        "samples.bin", "--ranges", "wide.json", "-o", "wide", "-q"});
  INFO(wide.errors);
  REQUIRE(wide.status == 0);
  CHECK(report("wide")["inputs"][0]["dtype"] == "int16");
  check_failure(compile({"--ranges", "wide.json", "-o", "none"}), 2, "E0204");
  check_failure(place.quantize({"--ranges", "wide.json", "--io", "int8"}), 2, "E0204");
  CHECK(place.quantize({"--ranges", "wide.json", "--io", "float"}).status == 0);
  check_failure(place.quantize({"--calibration", "samples.bin", "--scheme", "hybrid", "--io", "int8"}), 2,
                "E0201");
  check_failure(compile({"-o", "none"}), 2, "E0201");
  check_failure(compile({"--ranges", "missing.json", "-o", "none"}), 2, "E0203");
  check_failure(compile({"--ranges", "small.tir", "-o", "none"}), 2, "E0204");
  check_failure(place.run({"compile", "small.tir", "--ranges", "found.json", "-o", "none"}), 2, "E0201");
  check_failure(compile({"--ranges", "found.json", "--prune", "0.5", "-o", "none"}), 2, "E0201");
  CHECK(!place.holds("none"));
}

TEST_CASE("a budget of quality takes as few layers in int16 as it needs", "[cli][quantize]") {
  const Place place;
  const auto within = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"--calibration", "samples.bin", "--no-refit", "-t",
                                      "cortex-m4",     "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return place.quantize(words);
  };
  const CommandResult plain = within({"--min-sqnr", "10"});
  INFO(plain.errors);
  REQUIRE(plain.status == 0);
  const nlohmann::json all_int8 = nlohmann::json::parse(plain.output);
  CHECK(all_int8["curve"].size() == 1);
  CHECK(all_int8["curve"][0]["int16_layers"] == 0);
  const double asked = all_int8["sqnr_db"].get<double>() + 1;
  const CommandResult result = within({"--min-sqnr", std::to_string(asked), "--curve", "curve.svg",
                                       "--ranges", "ranges.json", "--labels", "labels.bin"});
  INFO(result.errors);
  REQUIRE(result.status == 0);
  const nlohmann::json json = nlohmann::json::parse(result.output);
  CHECK(json["sqnr_db"].get<double>() >= asked);
  const nlohmann::json& last = json["curve"].back();
  CHECK(last["int16_layers"].get<int>() > 0);
  CHECK(last["cycles"].get<int>() > json["curve"][0]["cycles"].get<int>());
  CHECK_THAT(place.read("curve.svg"), Contains("<svg") && Contains("int8 and int16 for cortex-m4"));
  CHECK_THAT(result.errors, Contains("in int16") && Contains("in int8"));
  const std::string model = place.read("small.tflite");
  REQUIRE(place.quantize({"--ranges", "ranges.json"}).status == 0);
  CHECK(place.read("small.tflite") == model);
  // Inputs and outputs stay int8, and what stands between runs.
  place.write("in", std::string(16, '\x11'));
  for (const std::string on : {"evaluator", "host"})
    REQUIRE(place.run({"run", "small.tflite", "--on", on, "--input", "in", "--output", on}).status == 0);
  CHECK(place.read("host").size() == 3);
  CHECK(place.read("host") == place.read("evaluator"));

  check_failure(within({"--min-sqnr", "119"}), 2, "E0201");
  check_failure(within({"--min-sqnr", "30", "--scheme", "int16"}), 2, "E0201");
  check_failure(within({"--max-accuracy-drop", "1"}), 2, "E0201");
  check_failure(within({"--curve", "none.svg"}), 2, "E0201");
  CHECK(!place.holds("none.svg"));
  CHECK(within({"--max-accuracy-drop", "100", "--labels", "labels.bin"}).status == 0);
}

TEST_CASE("samples that cannot be right are warned of", "[cli][quantize]") {
  const Place place;
  std::vector<float> pixels = random_images(samples);
  for (float& x : pixels) x = std::floor((x + 1) * 127.5f);
  place.write("pixels.bin", bytes_of(pixels));
  std::string repeated;
  for (size_t i = 0; i < samples; ++i) repeated += bytes_of(random_images(1));
  place.write("repeated.bin", repeated);
  place.write("few.bin", bytes_of(random_images(20)));
  place.write("constant.bin", bytes_of(std::vector<float>(16 * samples, 0.5f)));
  for (const auto& [file, warning] : {std::pair{"pixels.bin", "--scale 1/255"},
                                      {"repeated.bin", "are the same; was one repeated?"},
                                      {"few.bin", "only 20 samples"},
                                      {"constant.bin", "0.5 in every element"}}) {
    const CommandResult result = place.quantize({"--calibration", file});
    INFO(file << ": " << result.errors);
    CHECK(result.status == 0);
    CHECK_THAT(result.errors, Contains("warning: ") && Contains(warning));
  }
}

TEST_CASE("samples that do not fit are refused, and nothing is written", "[cli][quantize]") {
  const Place place;
  std::vector<float> broken = random_images(samples);
  broken[17 * 16 + 5] = NAN;
  place.write("broken.bin", bytes_of(broken));
  place.write("cut.bin", bytes_of(broken).substr(0, 1000));
  const std::string header = data::npy_header(data::ElementType::f32, {samples, 4, 4, 1});
  place.write("cut.npy", header + bytes_of(broken).substr(0, 1000));
  place.write("damaged.npy", "\x93NUMPY\x01");
  place.write("shape.npy", data::npy_header(data::ElementType::f32, {2, 5}) + std::string(40, '\0'));
  place.write("empty.bin", "");
  for (const char* file : {"broken.bin", "cut.bin", "cut.npy", "damaged.npy", "shape.npy", "empty.bin"}) {
    const CommandResult result = place.quantize({"--calibration", file, "--ranges", "ranges.json"});
    INFO(file << ": " << result.errors);
    CHECK(result.status == 2);
    CHECK(result.output.empty());
    CHECK_THAT(result.errors, Contains("error[E020") && Contains(file) && Contains("help: "));
    CHECK(!place.holds("small.tflite"));
    CHECK(!place.holds("ranges.json"));
  }
  CHECK_THAT(place.quantize({"--calibration", "broken.bin"}).errors,
             Contains("sample 17") && Contains("image") && Contains("nan"));
  check_failure(place.quantize({"--calibration", "missing.bin"}), 2, "E0203");
  check_failure(place.quantize({}), 2, "E0201");
  place.write("labels.bin", "\x01\x02");
  check_failure(place.quantize({"--calibration", "samples.bin", "--labels", "labels.bin"}), 2, "E0204");
  place.write("labels.bin", std::string(samples, '\x03'));
  check_failure(place.quantize({"--calibration", "samples.bin", "--labels", "labels.bin"}), 2, "E0204");
  check_failure(place.quantize({"--calibration", "samples.bin", "--keep-float", "nowhere"}), 2, "E0201");
  CHECK(!place.holds("small.tflite"));
}

TEST_CASE("a file of ranges that does not fit is refused", "[cli][quantize]") {
  const Place place;
  REQUIRE(place.quantize({"--calibration", "samples.bin", "--ranges", "ranges.json", "-q"}).status == 0);
  fs::remove(place.folder.path() / "small.tflite");
  const nlohmann::json good = nlohmann::json::parse(place.read("ranges.json"));
  check_failure(place.quantize({"--ranges", "ranges.json", "--keep-float", "logits"}), 2, "E0201");
  check_failure(place.quantize({"--ranges", "missing.json"}), 2, "E0203");
  std::vector<nlohmann::json> damaged(12, good);
  damaged[0]["format"] = "burin quantization 1";
  damaged[1]["model"] = "0";
  damaged[2]["classes"].erase(0);
  damaged[3]["classes"][0]["scale"] = -1;
  damaged[4]["classes"][0]["zero_point"] = 1000;
  damaged[5]["layers"][0]["weights"] = "AAAA";
  damaged[6]["layers"][0]["scales"][0] = "one";
  damaged[7]["layers"].erase(0);
  damaged[8]["kept"].push_back({{"node", 99}, {"reason", ""}});
  damaged[9]["scheme"] = "int16";
  damaged[10]["edge"] = "int12";
  damaged[11]["edge"] = "float with int8 weights";
  for (size_t i = 0; i < damaged.size(); ++i) {
    place.write("damaged.json", damaged[i].dump());
    INFO(i);
    check_failure(place.quantize({"--ranges", "damaged.json"}), 2, "E0204");
  }
  place.write("damaged.json", place.read("ranges.json").substr(0, 300));
  check_failure(place.quantize({"--ranges", "damaged.json"}), 2, "E0204");
  CHECK(!place.holds("small.tflite"));
}

TEST_CASE("quantize and prune succeed where standard error takes nothing", "[cli][quantize][prune]") {
  const Place place;
  for (const char* line :
       {"exec \"$0\" quantize small.tir --calibration samples.bin -o q.tflite 2>/dev/full",
        "exec \"$0\" prune small.tir --calibration samples.bin --macs 0.9 -o p.tflite 2>&-"}) {
    INFO(line);
    const auto result =
        run_process({.words = {"/bin/sh", "-c", line, BURIN_TOOL}, .directory = place.folder.path()});
    REQUIRE(result.ok());
    CHECK(result->status == 0);
  }
  CHECK(fs::exists(place.folder.path() / "q.tflite"));
  CHECK(fs::exists(place.folder.path() / "p.tflite"));
}

}  // namespace burin::test
