// burin convert.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "formats/import.hpp"
#include "support/command.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

// Two chains of a shared beginning; the second has state.
constexpr const char* branches = R"(tir 1 "branches"
tensor %0 "x" f32[1,2]
tensor %1 "side" f32[1,2]
tensor %2 "begin" f32[1,2]
tensor %3 "left" f32[1,2]
tensor %4 "state" f32[1,2] variable
tensor %5 "kept" f32[1,2]
tensor %6 "right" f32[1,2]
inputs (%0, %1)
outputs (%3, %6)
node 0 "begin"
  %2 = relu(%0)
node 1 "left"
  %3 = tanh(%2)
node 2 "kept"
  %5 = read_variable(%4)
node 3 "right"
  %6 = add(%5, %1)
node 4 "state"
  assign_variable(%4, %2)
)";

Graph imported(const fs::path& path) {
  const Result<Graph> graph = import_model(path);
  REQUIRE(graph);
  return *graph;
}

std::vector<std::string> names(const Graph& graph, const std::vector<TensorId>& ids) {
  std::vector<std::string> found;
  for (const TensorId id : ids) found.push_back(graph.at(id).name);
  return found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("convert writes a model in either format, and the same again", "[cli][convert]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto convert = [&](const std::string& from, const std::string& to) {
    const CommandResult result = burin({"convert", from, "-o", to}, {}, place.path());
    INFO(result.errors);
    REQUIRE(result.status == 0);
    CHECK(result.output.empty());
    CHECK_THAT(result.errors, Contains(to));
  };
  for (const std::string& model : {sine(), digits()}) {
    fs::copy_file(model, place.path() / "model.tflite", fs::copy_options::overwrite_existing);
    convert("model.tflite", "model.tir");
    fs::create_directories(place.path() / "again");
    convert("model.tir", "again/model.tflite");
    CHECK(imported(place.path() / "again/model.tflite") == imported(place.path() / "model.tflite"));
    convert("again/model.tflite", "again/model.tir");
    CHECK(*read_file(place.path() / "again/model.tir") == *read_file(place.path() / "model.tir"));
  }
}

TEST_CASE("convert ends a model at tensors by name, and leaves out what they do not need", "[cli][convert]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "branches.tir", branches).ok());
  const auto ended = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"convert", "branches.tir", "-o", "out.tflite"});
    const CommandResult result = burin(words, {}, place.path());
    INFO(result.errors);
    REQUIRE(result.status == 0);
    return imported(place.path() / "out.tflite");
  };
  const Graph left = ended({"--outputs", "left"});
  CHECK(left.nodes.size() == 2);
  CHECK(names(left, left.inputs) == Names{"x"});
  CHECK(names(left, left.outputs) == Names{"left"});
  CHECK(std::ranges::none_of(left.tensors, &Tensor::variable));
  // What is read keeps what it was assigned.
  const Graph right = ended({"--outputs", "right"});
  CHECK(right.nodes.size() == 4);
  CHECK(names(right, right.inputs) == Names{"x", "side"});
  const Graph both = ended({"--outputs", "begin", "kept"});
  CHECK(names(both, both.outputs) == Names{"begin", "kept"});
  CHECK(both.nodes.size() == 3);
  const Graph twice = ended({"--outputs", "left", "--outputs", "begin"});
  CHECK(names(twice, twice.outputs) == Names{"left", "begin"});
}

TEST_CASE("convert tells where TensorFlow Lite clamps infinities that the model keeps", "[cli][convert]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "sum.tir", R"(tir 1 "sum"
tensor %0 "x" f32[1,2]
tensor %1 "y" f32[1,2]
inputs (%0)
outputs (%1)
node 0 "y"
  %1 = add(%0, %0) keeps_infinities
)")
              .ok());
  const CommandResult told = burin({"convert", "sum.tir", "-o", "sum.tflite"}, {}, place.path());
  CHECK(told.status == 0);
  CHECK_THAT(told.errors, Contains("warning: ") && Contains("largest finite number"));
  const CommandResult same = burin({"convert", "sum.tir", "-o", "same.tir"}, {}, place.path());
  CHECK_THAT(same.errors, !Contains("warning"));
  CHECK(imported(place.path() / "same.tir") == imported(place.path() / "sum.tir"));
}

TEST_CASE("convert refuses what it cannot do, and writes nothing", "[cli][convert]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "branches.tir", branches).ok());
  const auto before = snapshot(place.path());
  const CommandResult unknown =
      burin({"convert", "branches.tir", "-o", "out.tir", "--outputs", "lef", "rigth"}, {}, place.path());
  check_failure(unknown, 2, "E0201");
  CHECK_THAT(unknown.errors, Contains("no tensor \"lef\"") && Contains("did you mean left") &&
                                 Contains("no tensor \"rigth\""));
  check_failure(burin({"convert", "branches.tir", "-o", "out.onnx"}, {}, place.path()), 2, "E0201");
  check_failure(burin({"convert", "branches.tir", "-o", "branches.tir/out.tir"}, {}, place.path()), 2,
                "E0203");
  check_failure(burin({"convert", odd("bad_truncated"), "-o", "out.tir"}, {}, place.path()), 3, "E0302");
  CHECK(snapshot(place.path()) == before);
}

}  // namespace burin::test
