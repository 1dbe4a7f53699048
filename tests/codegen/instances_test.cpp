// Generated code as its users call it: instances, errors, helpers, self-test, several models in one program.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>

#include "execute/process.hpp"
#include "support/emitted.hpp"
#include "support/identifier.hpp"

namespace burin::test {
namespace {

std::string c_type_of(DType type) {
  return std::string(c_type(type));
}

// burin_test.h for programs/: the model's names under common ones.
std::string common_names(const Emitted& emitted) {
  const Program& program = emitted.program();
  const std::string& id = program.name;
  const std::string macro = upper(id);
  std::string text = fmt::format(R"(#pragma once
#include "{0}.h"
#define test_context {0}_context
#define test_init {0}_init
#define test_invoke {0}_invoke
#define test_reset {0}_reset
#define test_run_reset {0}_run_reset
#define test_selftest {0}_selftest
#define test_run_selftest {0}_run_selftest
#define test_model {0}_model
#define test_arena_bytes {1}_ARENA_BYTES
#define test_state_bytes {1}_STATE_BYTES
#define test_align {1}_ARENA_ALIGN
#define TEST_OK {1}_OK
#define TEST_ERROR_NULL {1}_ERROR_NULL
#define TEST_ERROR_ALIGN {1}_ERROR_ALIGN
#define TEST_HAS_STATE {2}
)",
                                 id, macro, program.state_bytes > 0 ? 1 : 0);
  std::string conversions;
  std::string arguments;
  for (const bool input : {true, false}) {
    std::string list;
    const std::vector<Port>& ports = input ? program.inputs : program.outputs;
    for (size_t i = 0; i < ports.size(); ++i) {
      const Port& port = ports[i];
      const std::string type = c_type_of(port.dtype);
      list += fmt::format(" DO({0}, {1}_{0}, {2}, {3}_{4}_LEN)", port.accessor, id, type, macro,
                          upper(port.accessor));
      arguments += fmt::format("{}reinterpret_cast<{}{}*>({}[{}].data())", arguments.empty() ? "" : ", ",
                               input ? "const " : "", type, input ? "inputs" : "outputs", i);
      if (port.dtype == DType::s8 || port.dtype == DType::u8 || port.dtype == DType::s16)
        if (port.quantization.per_tensor())
          conversions += fmt::format(
              " DO({0}_{1}_quantize, {0}_{1}_dequantize, {2}, {3}_{4}_SCALE, {3}_{4}_ZERO_POINT, "
              "{5}, {6})",
              id, port.accessor, type, macro, upper(port.accessor), integer_range(port.dtype).lowest,
              integer_range(port.dtype).highest);
    }
    text += fmt::format("#define TEST_{}(DO){}\n", input ? "INPUTS" : "OUTPUTS", list);
  }
  text += fmt::format("#define TEST_CONVERSIONS(DO){}\n", conversions);
  text += fmt::format(
      "#ifdef __cplusplus\ntemplate <class Tensors>\n{0}_status test_run(Tensors& inputs, Tensors& outputs) "
      "{{\n"
      "  (void)inputs;\n  (void)outputs;\n  return {0}_run({1});\n}}\n#endif\n",
      id, arguments);
  return text;
}

void write_common_names(const Emitted& emitted) {
  REQUIRE(write_file(emitted.folder() / "burin_test.h", common_names(emitted)).ok());
}

void check_instances(const Emitted& emitted, const Words& compiler) {
  write_common_names(emitted);
  require_silent(
      compiler + Words{"-std=c++11", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                       "-I.", test_file("codegen/programs/instances.cpp"), emitted.source().string(), "-o",
                       "instances"},
      emitted.folder());
  require_silent({"./instances"}, emitted.folder());
}

}  // namespace

TEST_CASE("all ways to use a generated model agree, under sanitizers", "[codegen]") {
  const std::vector<Compiler> compilers = host_compilers();
  size_t turn = 0;
  for (const ModelFile& model : own_models())
    check_instances(emit(model, "generic", {.self_test = 2}), compilers[turn++ % compilers.size()].command);
}

TEST_CASE("generated models are usable from C", "[codegen]") {
  for (const ModelFile& model : trained_models()) {
    const Emitted emitted = emit(model, "generic");
    write_common_names(emitted);
    require_silent({"g++", "-c", "-O1", emitted.source().string(), "-o", "model.o"}, emitted.folder());
    require_silent({"gcc", "-std=c99", "-Wall", "-Wextra", "-I.", test_file("codegen/programs/plain.c"),
                    "model.o", "-o", "plain", "-lm"},  // expf, of a model in float32
                   emitted.folder());
    const std::string lines = require_output({"./plain"}, emitted.folder());
    CHECK(static_cast<size_t>(std::ranges::count(lines, '\n')) == emitted.program().outputs.size());
  }
}

TEST_CASE("several generated models work in one program", "[codegen]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  std::string includes;
  std::string calls;
  Words sources;
  std::vector<Emitted> kept;
  for (const ModelFile& model : trained_models())
    for (const char* suffix : {"one", "two"}) {
      Emitted emitted =
          emit(model, "generic", {.name = identifier(model.name, "model") + "_" + suffix, .self_test = 1});
      const std::string& id = emitted.program().name;
      includes += fmt::format("#include \"{}\"\n", emitted.header().string());
      calls += fmt::format(
          "  {{\n    alignas({1}_ARENA_ALIGN) static unsigned char arena[{1}_ARENA_BYTES + 1], "
          "state[{1}_STATE_BYTES + "
          "1];\n    {0}_context context;\n    if ({0}_init(&context, arena, state) != {1}_OK || "
          "{0}_selftest(&context) "
          "!= 0) return 1;\n  }}\n",
          id, upper(id));
      sources.push_back(emitted.source().string());
      kept.push_back(std::move(emitted));
    }
  REQUIRE(sources.size() >= 2);
  const std::string program = includes + "int main() {\n" + calls + "  return 0;\n}\n";
  REQUIRE(write_file(place.path() / "main.cpp", program).ok());
  for (const Compiler& compiler : host_compilers()) {
    const Words common = compiler.command + strict_warnings() + Words{"-std=c++11", "-O1", "-o", "program"};
    require_silent(common + Words{"main.cpp"} + sources, place.path());
    require_silent({"./program"}, place.path());
  }
}

TEST_CASE("a self-test notices wrong constants", "[codegen]") {
  const Emitted emitted = emit(trained_models().front(), "generic", {.self_test = 2});
  write_common_names(emitted);
  // One weight changed: the number of the first sample that differs comes back.
  std::string source = *read_file(emitted.source());
  const std::string marker = "_weights[";
  size_t at = source.find(marker);
  REQUIRE(at != std::string::npos);
  at = source.find('{', at) + 1;
  const size_t end = source.find('}', at);
  std::string zeros = source.substr(at, end - at);
  std::string blank;
  for (const char c : zeros) blank += c == ',' ? ", 0" : "";
  source.replace(at, end - at, "0" + blank);
  REQUIRE(write_file(emitted.source(), source).ok());
  REQUIRE(
      write_file(
          emitted.folder() / "main.cpp",
          "#include \"burin_test.h\"\nalignas(test_align) unsigned char arena[test_arena_bytes + 1], "
          "state[test_state_bytes + 1];\nint main() {\n  test_context context;\n  test_init(&context, arena, "
          "state);\n  return test_selftest(&context) == 1 ? 0 : 1;\n}\n")
          .ok());
  require_silent({"g++", "main.cpp", emitted.source().string(), "-o", "program"}, emitted.folder());
  require_silent({"./program"}, emitted.folder());
}

TEST_CASE("a self-test of float32 outputs lets rounding differ, and nothing else", "[codegen]") {
  const Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  REQUIRE(folder.ok());
  const std::string model = (folder->path() / "line.tir").string();
  REQUIRE(write_file(model, R"(tir 1 "line"
tensor %0 "x" f32[1,1]
tensor %1 "y" f32[1,1]
tensor %2 "slope" f32[1,1] = [0.5]
tensor %3 "offset" f32[1] = [3]
inputs (%0)
outputs (%1)
node 0 "y"
  %1 = fully_connected(%0, %2, %3) {keep_rank: false}
)")
              .ok());
  const Emitted emitted = emit(model, "generic", {.self_test = 1});
  const std::string source = *read_file(emitted.source());
  const std::string marker = "selftest_output_0_0[4] = {";
  const size_t begin = source.find(marker);
  REQUIRE(begin != std::string::npos);
  const size_t numbers = begin + marker.size();
  const size_t end = source.find('}', numbers);
  std::array<int, 4> bytes{};  // a number from 2.5 to 3.5
  REQUIRE(std::sscanf(source.substr(numbers, end - numbers).c_str(), "%d, %d, %d, %d", &bytes[0], &bytes[1],
                      &bytes[2], &bytes[3]) == 4);
  REQUIRE(write_file(emitted.folder() / "main.cpp",
                     "#include \"line.h\"\nint main() { return line_selftest(); }\n")
              .ok());
  const auto result_with = [&](const std::array<int, 4>& expected) {
    const std::string changed =
        source.substr(0, numbers) +
        fmt::format("{}, {}, {}, {}", expected[0], expected[1], expected[2], expected[3]) +
        source.substr(end);
    REQUIRE(write_file(emitted.source(), changed).ok());
    require_silent(Words{"g++"} + strict_warnings() +
                       Words{"-std=c++11", "main.cpp", emitted.source().string(), "-o", "program"},
                   emitted.folder());
    const auto run = run_process({.words = {"./program"}, .directory = emitted.folder()});
    REQUIRE(run.ok());
    return run->status;
  };
  CHECK(result_with(bytes) == 0);
  CHECK(result_with({bytes[0] ^ 3, bytes[1], bytes[2], bytes[3]}) == 0);    // some 10⁻⁷
  CHECK(result_with({bytes[0], bytes[1] ^ 4, bytes[2], bytes[3]}) == 1);    // some 10⁻⁴
  CHECK(result_with({bytes[0], bytes[1], bytes[2], bytes[3] ^ 128}) == 1);  // the sign
  CHECK(result_with({0, 0, 192, 127}) == 1);                                // not a number
  CHECK(result_with({0, 0, 128, 127}) == 1);                                // infinity
}

TEST_CASE("layer hooks are called once a layer, in order", "[codegen]") {
  for (const ModelFile& model : trained_models()) {
    const Emitted emitted = emit(model, "generic");
    write_common_names(emitted);
    REQUIRE(write_file(emitted.folder() / "hook.h", "extern \"C\" void hook(int index);\n").ok());
    REQUIRE(
        write_file(
            emitted.folder() / "main.cpp",
            "#include <stdio.h>\n#include \"burin_test.h\"\nextern \"C\" void hook(int index) { printf(\"%d "
            "\", index); }\nalignas(test_align) unsigned char arena[test_arena_bytes + 1], "
            "state[test_state_bytes + 1];\nint main() {\n  test_context context;\n  test_init(&context, "
            "arena, state);\n  return test_invoke(&context);\n}\n")
            .ok());
    require_silent({"g++", "-include", "hook.h",
                    fmt::format("-D{}_LAYER_HOOK(index)=hook(index)", upper(emitted.program().name)),
                    "main.cpp", emitted.source().string(), "-o", "program"},
                   emitted.folder());
    std::string expected;
    for (size_t i = 0; i < emitted.program().steps.size(); ++i) expected += std::to_string(i) + " ";
    CHECK(require_output({"./program"}, emitted.folder()) == expected);
  }
}

}  // namespace burin::test
