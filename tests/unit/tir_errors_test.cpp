// Texts that are no graph: E0304 with line and column, or E0303 where they contradict themselves.
#include <catch2/catch.hpp>

#include "formats/import.hpp"
#include "formats/tir/tir.hpp"
#include "support/random.hpp"

namespace burin {
namespace {

const std::string valid = R"(tir 1 "sine"
tensor %0 "x" s8[1,1] scale 0.02 zero_point -128
tensor %1 "y" s8[1,2] scale 0.05 zero_point -128
tensor %2 "w" s8[2,1] scale 0.03 zero_point 0 = [2, 127]
tensor %3 "b" s32[2] = base64 8 { lv///weV//8= }
inputs (%0)
outputs (%1)
node 0 "y" %1 = fully_connected(%0, %2, %3) {keep_rank: false} then relu
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Case {
  const char* from;
  const char* to;
  DiagnosticCode code;
  const char* message;
  const char* place;
};

}  // namespace

TEST_CASE("every mistake in a text is told with its place") {
  REQUIRE(import_tir(valid).ok());
  using enum DiagnosticCode;
  const Case cases[] = {
      {"tir 1", "tir 2", E0304, "this is not version 1", "line 1, column 5"},
      {"\"sine\"", "sine", E0304, "expected a string, not sine", "line 1, column 7"},
      {"\"sine\"", "\"sine", E0304, "a string does not end on its line", "line 1, column 7"},
      {"\"sine\"", "\"\\n\"", E0304, "the escapes are \\\", \\\\ and \\x with two digits",
       "line 1, column 8"},
      {"\"sine\"", "\"\\xg0\"", E0304, "the escapes are \\\", \\\\ and \\x with two digits",
       "line 1, column 8"},
      {"\"sine\"", "\"\\x1\"", E0304, "the escapes are \\\", \\\\ and \\x with two digits",
       "line 1, column 8"},
      {"%0 \"x\"", "%1 \"x\"", E0304, "tensors are numbered in order: this is %0", "line 2, column 8"},
      {"%0 \"x\"", "%-1 \"x\"", E0304, " is not an integer of 32 bits", "line 2, column 8"},
      {"s8[1,1]", "s9[1,1]", E0304, "s9 is not an element type", "line 2, column 15"},
      {"s8[1,1]", "s8[1,-1]", E0304, "the shape is out of bounds", "line 2, column 15"},
      {"s8[1,1]", "s8[65536,65536]", E0304, "the shape is out of bounds", "line 2, column 15"},
      {"s8[1,1]", "s8[1;1]", E0304, "unexpected character ';'", "line 2, column 19"},
      {"s8[1,1]", "s8[1,1", E0304, "expected ']', not scale", "line 2, column 22"},
      {"scale 0.02", "scale 1e99", E0304, "1e99 is not a 32-bit number", "line 2, column 29"},
      {"scale 0.02", "scale -0.02", E0303, "has a scale that is not positive and finite", ""},
      {"scale 0.02", "scale 0x7f800000", E0303, "has a scale that is not positive and finite", ""},
      {"scale 0.02", "scale 0xg", E0304, "this is not the bits of a 32-bit number", "line 2, column 29"},
      {"zero_point -128", "zero_point -129", E0303, "has a zero point outside of its element type", ""},
      {"[2, 127]", "[2]", E0304, "1 bytes are no value of type s8[2,1]", "line 4, column 49"},
      {"[2, 127]", "[2, 128]", E0304, "128 is not an integer of 8 bits", "line 4, column 53"},
      {"[2, 127]", "[2, 1.5]", E0304, "1.5 is not an integer of 8 bits", "line 4, column 53"},
      {"base64 8", "base64 9", E0304, "the block holds 8 bytes, not 9", "line 5, column 33"},
      {"lv//", "l*//", E0304, "this block is not Base64", "line 5, column 33"},
      {"}", "", E0304, "this block is not Base64", "line 5, column 33"},
      {"inputs (%0)", "inputs (%4)", E0304, "there is no tensor %4", "line 6, column 9"},
      {"inputs (%0)", "inputs (%99999999999)", E0304, "99999999999 is not an integer", "line 6, column 9"},
      {"inputs (%0)", "inputs ()", E0303, "is read by op 0 \"y\" before anything writes it", ""},
      {"outputs (%1)", "", E0304, "expected `outputs`, not node", "line 8, column 1"},
      {"node 0", "nod 0", E0304, "expected tensor, inputs, node or the end", "line 8, column 1"},
      {"fully_connected", "fully_connecte", E0304, "there is no operator fully_connecte",
       "line 8, column 17"},
      {"keep_rank", "keep", E0304, "there is no attribute keep", "line 8, column 17"},
      {"false", "1", E0304, "attribute keep_rank has the wrong type", "line 8, column 17"},
      {"false", "99999999999", E0304, "99999999999 is not an integer of 32 bits", "line 8, column 57"},
      {"relu", "swish", E0304, "there is no activation swish", "line 8, column 69"},
      {"(%0, %2, %3)", "(%0)", E0303, "1 inputs and 1 outputs are not what it takes",
       "op 0 \"y\", input int8[1,1]"},
      {"(%0, %2, %3)", "(none, %2, %3)", E0303, "input 0 is missing",
       "op 0 \"y\", input none, int8[2,1], int32[2]"},
      {"(%0, %2, %3)", "(%0, %0, %3)", E0402, "the bias is absent, or constant with one element an output",
       "op 0 \"y\", input int8[1,1], int8[1,1], int32[2]"},
      {"s8[1,2]", "s8[1,3]", E0303, "output 0 is declared int8[1,3] but must be int8[1,2]", "op 0 \"y\""},
  };
  for (const Case& c : cases) {
    INFO(c.from << " -> " << c.to);
    const Result<Graph> graph = import_tir(replaced(valid, c.from, c.to));
    REQUIRE_FALSE(graph.ok());
    CHECK(describe(graph.diagnostics()[0].code).name == describe(c.code).name);
    CHECK_THAT(graph.diagnostics()[0].message, Catch::Contains(c.message));
    CHECK_THAT(graph.diagnostics()[0].place, Catch::StartsWith(c.place));
  }
}

TEST_CASE("a text that ends anywhere is a graph or a diagnostic") {
  for (size_t length = 0; length < valid.size(); ++length) {
    const Result<Graph> graph = import_bytes(std::as_bytes(std::span(valid).first(length)), "cut.tir");
    INFO(length);
    if (graph.ok()) continue;
    REQUIRE(graph.diagnostics().size() >= 1);
    CHECK(exit_code(graph.diagnostics()[0].code) == ExitCode::malformed);
  }
}

TEST_CASE("a damaged text is a graph or a diagnostic") {
  Random random(11);
  const std::string_view alphabet = "\"\\%[](){}:,=#- \n0189axst\xff";
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = valid;
    for (int k = random.integer(1, 4); k > 0; --k) {
      const auto at = static_cast<size_t>(random.integer(4, static_cast<int32_t>(text.size()) - 1));
      const char c =
          alphabet[static_cast<size_t>(random.integer(0, static_cast<int32_t>(alphabet.size()) - 1))];
      switch (random.integer(0, 2)) {
        case 0:
          text[at] = c;
          break;
        case 1:
          text.insert(at, 1, c);
          break;
        default:
          text.erase(at, static_cast<size_t>(random.integer(1, 8)));
      }
    }
    if (!import_tir(text).ok()) ++refused;
  }
  CHECK(refused > 2500);
}

TEST_CASE("deep and long texts take no time and no stack") {
  const std::string many(1 << 20, '[');
  CHECK_FALSE(import_tir("tir 1 \"\" tensor %0 \"\" s8" + many).ok());
  CHECK_FALSE(import_tir("tir 1 \"" + many).ok());
  std::string tensors = "tir 1 \"\"";
  for (int i = 0; i < 100000; ++i) tensors += " tensor %" + std::to_string(i) + "\"\"s8[]";
  CHECK(import_tir(tensors + "inputs()outputs()").ok());
}

TEST_CASE("the operators of a text are listed") {
  const auto rows = list_operators(std::as_bytes(std::span(valid)), "sine.tir");
  REQUIRE(rows.ok());
  CHECK(*rows == std::vector<ModelOperator>{{"fully_connected", 1, true, ""}});
}

}  // namespace burin
