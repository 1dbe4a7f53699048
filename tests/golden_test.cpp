// Golden files: what the passes make of small models, and what is generated for them. tests/golden/NAME.tir
// are the hand-written ones. BURIN_BLESS=1 in the environment rewrites the golden files instead of comparing;
// look at the diff before you commit it.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <regex>

#include "execute/process.hpp"
#include "ir/text.hpp"
#include "passes/pass.hpp"
#include "support/emitted.hpp"
#include "support/sha256.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;

std::string hash_of(const std::string& text) {
  return sha256(std::as_bytes(std::span<const char>(text))).substr(0, 16);
}

// Long constants say little to a reader: their hash stands in for them.
std::string abridged(const std::string& text) {
  std::string result;
  size_t at = 0;
  for (;;) {
    const size_t open = text.find("= base64 ", at);
    const size_t close = text.find('}', open);
    if (open == std::string::npos || close == std::string::npos) break;
    result +=
        text.substr(at, open - at) + fmt::format("= base64 #{}", hash_of(text.substr(open, close - open)));
    at = close + 1;
  }
  return result + text.substr(at);
}

// The generated source without the kernels, which are files of their own, and without long arrays. Line
// numbers of the table of contents go with the kernels.
std::string without_kernels(const std::string& source) {
  const std::string begin = "// ==== kernels ====\nnamespace {\n\n";
  const std::string end = "// ==== layers ====";
  const size_t from = source.find(begin);
  const size_t to = source.find(end);
  REQUIRE(from != std::string::npos);
  REQUIRE(to != std::string::npos);
  std::string text = source.substr(0, from + begin.size()) + "// (kernel headers)\n\n" + source.substr(to);
  text = std::regex_replace(text, std::regex("\n//  +\\d+  ([a-z])"), "\n//      #  $1");
  std::string result;
  size_t at = 0;
  for (;;) {
    const size_t open = text.find(" = {\n    ", at);
    const size_t close = text.find("};", open);
    if (open == std::string::npos || close == std::string::npos) break;
    const std::string body = text.substr(open + 5, close - open - 5);
    result += text.substr(at, open + 5 - at);
    result += body.size() > 400 ? fmt::format("    /* {} */", hash_of(body)) : body;
    at = close;
  }
  return result + text.substr(at);
}

void compare(const std::string& name, const std::string& actual) {
  const fs::path golden = test_file("golden/" + name);
  const char* const bless = std::getenv("BURIN_BLESS");
  if (bless && *bless) {
    const Result<std::string> old = read_file(golden);
    if (!old || *old != actual) {
      fs::create_directories(golden.parent_path());
      REQUIRE(write_file(golden, actual).ok());
      WARN("blessed " << name);
    }
    return;
  }
  const Result<std::string> expected = read_file(golden);
  if (expected && *expected == actual) return;
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "actual", actual).ok());
  const auto diff = run_process({.words = {"diff", "-u", "--label", "golden/" + name, "--label", "actual",
                                           "-N", golden.string(), (place.path() / "actual").string()}});
  FAIL_CHECK("golden/" << name << " is not what came out; if it should be, BURIN_BLESS=1 rewrites it\n"
                       << (diff ? diff->output : std::string("(no diff program)")));
}

// The graph as imported and after every pass that changed it, one after another.
std::string pass_trace(const std::string& model) {
  CompileOptions options;
  options.model = model;
  std::vector<std::pair<std::string, std::string>> steps;
  options.observe_pass = [&](std::string_view pass, const Graph& graph) {
    steps.emplace_back(pass, print_graph(graph));
  };
  const Result<PreparedModel> prepared = prepare(options);
  INFO(messages(prepared.diagnostics()));
  REQUIRE(prepared.ok());
  std::string before = print_graph(prepared->imported);
  std::string text = "# ==== imported\n" + before;
  for (const auto& [pass, after] : steps) {
    text += fmt::format("\n# ==== {}{}\n", pass, after == before ? ": no change" : "");
    if (after != before) text += after;
    before = after;
  }
  return abridged(text);
}

void check_generated(const std::string& model, const std::string& name, const std::string& target,
                     int32_t self_test = 0) {
  const Emitted emitted = emit(model, target, {.name = name, .self_test = self_test});
  const std::string base = "generated/" + name + "_" + target;
  compare(base + ".cpp", without_kernels(emitted.compilation.files.source));
  compare(base + ".h", emitted.compilation.files.header);
  compare(base + ".json", emitted.compilation.files.report);
}

std::vector<fs::path> handwritten() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(test_file("golden")))
    if (entry.path().extension() == ".tir") found.push_back(entry.path());
  std::ranges::sort(found);
  REQUIRE(!found.empty());
  return found;
}

}  // namespace

TEST_CASE("what the passes make of trained models", "[golden]") {
  for (const ModelFile& model : trained_models())
    compare("passes/" + model.name + ".trace", pass_trace(model.path.string()));
}

TEST_CASE("what the passes make of hand-written graphs", "[golden]") {
  for (const fs::path& path : handwritten())
    compare("passes/" + path.stem().string() + ".trace", pass_trace(path.string()));
}

TEST_CASE("what is generated for small models", "[golden]") {
  const std::string models = std::string(BURIN_SOURCE_DIR) + "/models/";
  check_generated(models + "sine/sine.tflite", "sine", "generic", 1);
  check_generated(models + "sine/sine.tflite", "sine", "cortex-m4");
  check_generated(models + "digits/digits.tflite", "digits", "cortex-m4");
  for (const fs::path& path : handwritten()) check_generated(path.string(), path.stem().string(), "generic");
}

}  // namespace burin::test
