// Names in a model are untrusted text. Whatever they are, generated files compile and hold nothing of them
// but harmless comments and identifiers.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "formats/import.hpp"
#include "ir/text.hpp"
#include "support/emitted.hpp"

namespace burin::test {
namespace {

const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> names = {
      "*/\n#error injected\n/*",
      "line\n#error injected\n",
      "return\r#error injected\r",
      "backslash at the end\\",
      "trigraph at the end?\?/",
      "digraph %: injected",
      "\"; #error injected; \"",
      "'\\n#error injected",
      "// */ /* \\\n#error injected",
      std::string("zero\0#error injected", 20),
      "\x1b[31mred\x1b[0m",
      "\xe2\x80\xae right to left \xff\xfe",
      "{} {0} %s %n $(id) `id`",
      "int",
      "class",
      "main",
      "NULL",
      "arena",
      "state",
      "context",
      "memcpy",
      "singleton",
      "status",
      "run",
      "uint8_t",
      "burin_kernels",
      "std",
      "ok",
      "model",
      "fully_connected_out",
      "fully_connected_geometry",
      "fully_connected",
      "selftest_input_0_0",
      "x",
      "x_quantize",
      "x_dequantize",
      "x_len",
      "X",
      "_X",
      "__x",
      "x_",
      "1x",
      "",
      " ",
      "---",
      std::string(10000, 'n'),
      std::string(10000, '\n'),
  };
  return names;
}

// The odd model with the most names, its names replaced: tensor i and node i get `name_at(i)`.
Graph renamed(const std::function<std::string(size_t)>& name_at) {
  const Result<Graph> imported = import_model(test_file("models/two_inputs_two_outputs.tflite"));
  REQUIRE(imported.ok());
  Graph graph = *imported;
  size_t next = 0;
  graph.name = name_at(next++);
  // Ports first: their names go furthest.
  for (const auto* ids : {&graph.inputs, &graph.outputs})
    for (const TensorId id : *ids) graph.at(id).name = name_at(next++);
  for (Node& node : graph.nodes) node.name = name_at(next++);
  for (Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) tensor.name = name_at(next++);
  return graph;
}

void check_harmless(const std::string& text, const std::string& file) {
  INFO(file);
  const auto strange = std::ranges::find_if(text, [](char c) { return c != '\n' && (c < 0x20 || c > 0x7e); });
  CHECK((strange == text.end()));
  CHECK_THAT(text, !Catch::Contains("?"
                                    "?"));
  CHECK(!std::regex_search(text, std::regex("(^|\n)[ \t]*#error injected")));
  CHECK(!std::regex_search(text, std::regex("\\\\\n")));
}

void check(const Graph& graph, const std::string& file_name) {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::filesystem::path path = place.path() / file_name;
  REQUIRE(write_file(path, print_graph(graph)).ok());
  const Emitted emitted = emit(path.string(), "generic", {.self_test = 1});
  check_harmless(emitted.compilation.files.source, "source");
  check_harmless(emitted.compilation.files.header, "header");
  const nlohmann::json report = nlohmann::json::parse(emitted.compilation.files.report);
  CHECK(report["inputs"].size() == graph.inputs.size());
  std::set<std::string> accessors;
  for (const char* key : {"inputs", "outputs"})
    for (const nlohmann::json& port : report[key]) {
      const std::string accessor = port["accessor"];
      CHECK(std::regex_match(accessor, std::regex("[a-z][a-z0-9_]{0,49}")));
      CHECK(accessors.insert(accessor).second);
    }
  // The compilers take turns, as there are many names.
  static size_t turn = 0;
  const std::vector<Compiler> compilers = host_compilers();
  for (const Compiler& compiler : {compilers[turn++ % compilers.size()]}) {
    // Trigraphs, while the standard still had them.
    require_silent(
        compiler.command + strict_warnings() +
        Words{"-std=c++11", "-trigraphs", "-Wno-newline-eof", "-fsyntax-only", emitted.source().string()});
    require_silent({compiler.name == "g++" ? "gcc" : "clang", "-std=c99", "-trigraphs", "-Wall", "-Wextra",
                    "-Wcomment", "-fsyntax-only", "-include", emitted.header().string(), "-x", "c",
                    "/dev/null"});
  }
}

}  // namespace

TEST_CASE("hostile names do not reach generated code", "[codegen][hostile]") {
  const std::vector<std::string>& names = hostile_names();
  // Each name comes to stand at each place, a shifted window of the list at a time.
  const size_t places = 12;
  for (size_t shift = 0; shift < names.size(); shift += 3) {
    INFO("shift " << shift);
    check(renamed([&](size_t i) { return names[(shift + i % places) % names.size()]; }), "model.tir");
  }
}

TEST_CASE("one hostile name everywhere does not reach generated code", "[codegen][hostile]") {
  for (const std::string& name : hostile_names()) {
    INFO("name " << printable(name));
    check(renamed([&](size_t) { return name; }), "model.tir");
  }
}

TEST_CASE("hostile file names do not reach generated code", "[codegen][hostile]") {
  for (const char* name :
       {"*\n#error injected\n.tir", "back\\slash\\.tir", "trigraph?\?!.tir", "\"quoted\".tir", "int.tir",
        "1.tir", "-o.tir", "*.tir", "model.tflite.tir", "math.tir", "string.tir", "stdint.tir", "stddef.tir",
        "\xc3\xa4.tir", "\xff.tir", "burin_kernels.tir", "memcpy.tir", "std.tir"}) {
    INFO("file name " << printable(name));
    check(renamed([](size_t i) { return fmt::format("name {}", i); }), name);
  }
}

TEST_CASE("the name of a model does not meet the names of its tensors", "[codegen][hostile]") {
  for (const char* id : {"x", "port", "input", "fully_connected", "add", "burin_kernels", "memcpy"})
    for (const char* name : {"", "_", "_x", "_1", "_x_x", "_init", "_model", "_status", "_context", "_bias",
                             "_geometry", "_weights", "_out", "_run", "_ok"}) {
      INFO("model " << id << ", tensors " << id << name);
      check(renamed([&](size_t i) { return i % 2 == 0 ? id + std::string(name) : std::string(name); }),
            std::string(id) + ".tir");
    }
}

TEST_CASE("functions of two models do not meet but where a linker sees it", "[codegen][hostile]") {
  // The port b_run of model a, and ID_run of model a_b.
  for (const std::string_view function : common_functions()) {
    const std::string port = "b_" + std::string(function);
    const Graph graph = renamed([&](size_t i) { return i == 1 ? port : fmt::format("name_{}", i); });
    const TemporaryDirectory place = *TemporaryDirectory::create();
    REQUIRE(write_file(place.path() / "a.tir", print_graph(graph)).ok());
    const Emitted emitted = emit((place.path() / "a.tir").string(), "generic");
    CHECK(emitted.program().inputs.at(0).accessor == port + "_value");
  }
}

TEST_CASE("a file name alone cannot shadow a header of the C library", "[codegen][hostile]") {
  for (const char* name : {"math", "string", "stdint", "stddef", "signal", "time", "limits"})
    CHECK(default_name(std::string("some/folder/") + name + ".tflite") == std::string(name) + "_model");
}

}  // namespace burin::test
