// IF, WHILE and CALL: the operators of their subgraphs take their place.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "eval/evaluator.hpp"
#include "formats/tflite/tflite.hpp"
#include "support/tflite_json.hpp"

namespace burin {
namespace {

using Catch::Contains;
using Reals = std::vector<float>;

// Kinds of operators and constants that the subgraphs below use, by their indices.
constexpr const char* codes =
    R"({builtin_code: "WHILE"}, {builtin_code: "IF"}, {builtin_code: "CALL"}, {builtin_code: "LESS"},
       {builtin_code: "ADD"}, {builtin_code: "MUL"}, {builtin_code: "GATHER"},
       {builtin_code: "DYNAMIC_UPDATE_SLICE"}, {builtin_code: "RESHAPE"}, {builtin_code: "ASSIGN_VARIABLE"})";
// 1: int32 0, 2: int32 3, 3: int32 1, 4: float 2, 5: int32 [1, 2], 6: bool true
constexpr const char* buffers =
    R"({}, {data: [0,0,0,0]}, {data: [3,0,0,0]}, {data: [1,0,0,0]}, {data: [0,0,0,64]},
       {data: [1,0,0,0,2,0,0,0]}, {data: [1]})";

Result<Graph> import(const std::vector<std::string>& subgraphs) {
  return import_tflite(
      test::tflite_of_json(fmt::format("{{version: 3, operator_codes: [{}], subgraphs: [{}], buffers: [{}]}}",
                                       codes, fmt::join(subgraphs, ","), buffers)),
      "model");
}

Graph imported(const std::vector<std::string>& subgraphs) {
  const Result<Graph> graph = import(subgraphs);
  for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message << " " << d.place);
  REQUIRE(graph.ok());
  return *graph;
}

int64_t count(const Graph& graph, Op op) {
  return std::ranges::count(graph.nodes, op, &Node::op);
}

Reals run(const Graph& graph, const std::vector<Value>& inputs) {
  const Value output = Evaluator(graph).run(inputs).at(0);
  const auto elements = output.as<float>();
  return {elements.begin(), elements.end()};
}
Value reals(const Reals& numbers, Shape shape) {
  return Value::of({DType::f32, std::move(shape)}, std::as_bytes(std::span(numbers)));
}

// A counter up to 3, and numbers that are doubled every time.
constexpr const char* less_than_3 =
    R"({tensors: [{name: "i", type: "INT32", shape: []}, {name: "x", shape: [2]},
                  {name: "three", type: "INT32", shape: [], buffer: 2}, {name: "goes", type: "BOOL", shape: []}],
        inputs: [0, 1], outputs: [3], operators: [{opcode_index: 3, inputs: [0, 2], outputs: [3]}]})";
constexpr const char* doubling =
    R"({tensors: [{name: "i", type: "INT32", shape: []}, {name: "x", shape: [2]},
                  {name: "one", type: "INT32", shape: [], buffer: 3}, {name: "two", shape: [], buffer: 4},
                  {name: "next", type: "INT32", shape: []}, {name: "double", shape: [2]}],
        inputs: [0, 1], outputs: [4, 5],
        operators: [{opcode_index: 4, inputs: [0, 2], outputs: [4]},
                    {opcode_index: 5, inputs: [1, 3], outputs: [5]}]})";

// From a counter that is the constant 0 or an input of the model.
std::string loop(bool known, int body = 2) {
  return fmt::format(
      R"({{tensors: [{{name: "i", type: "INT32", shape: [] {}}}, {{name: "x", shape: [2]}},
                     {{name: "last", type: "INT32", shape: []}}, {{name: "y", shape: [2]}}],
          inputs: [{}1], outputs: [3],
          operators: [{{opcode_index: 0, inputs: [0, 1], outputs: [2, 3], builtin_options_type: "WhileOptions",
                        builtin_options: {{cond_subgraph_index: 1, body_subgraph_index: {}}}}}]}})",
      known ? ", buffer: 1" : "", known ? "" : "0, ", body);
}

// y = condition ? x + x : x * 2 or x.
std::string choice(const char* condition, const char* inputs) {
  return fmt::format(
      R"({{tensors: [{{name: "c", type: "BOOL", shape: [] {}}}, {{name: "x", shape: [2]}}, {{name: "y", shape: [2]}}],
          inputs: {}, outputs: [2],
          operators: [{{opcode_index: 1, inputs: [0, 1], outputs: [2], builtin_options_type: "IfOptions",
                        builtin_options: {{then_subgraph_index: 1, else_subgraph_index: 2}}}}]}})",
      condition, inputs);
}
constexpr const char* added =
    R"({tensors: [{name: "x", shape: [2]}, {name: "sum", shape: [2]}], inputs: [0], outputs: [1],
        operators: [{opcode_index: 4, inputs: [0, 0], outputs: [1]}]})";
constexpr const char* unchanged =
    R"({tensors: [{name: "x", shape: [2]}], inputs: [0], outputs: [0], operators: []})";

}  // namespace

TEST_CASE("a loop whose end follows from constants becomes its body, once for each iteration", "[control]") {
  const Graph graph = imported({loop(true), less_than_3, doubling});
  CHECK(count(graph, Op::mul) == 3);
  CHECK(count(graph, Op::add) == 0);  // the counter is folded
  CHECK(run(graph, {reals({1, -3}, {2})}) == Reals{8, -24});
}

TEST_CASE("a loop reads steps of a series by its counter, and writes a list of states", "[control]") {
  const Graph graph = imported(
      {R"({tensors: [{name: "i", type: "INT32", shape: [], buffer: 1}, {name: "series", shape: [3,2]},
                     {name: "state", shape: [2]}, {name: "list", shape: [3,2]},
                     {name: "last", type: "INT32", shape: []}, {name: "same", shape: [3,2]},
                     {name: "end", shape: [2]}, {name: "states", shape: [3,2]}],
           inputs: [1, 2, 3], outputs: [7],
           operators: [{opcode_index: 0, inputs: [0, 1, 2, 3], outputs: [4, 5, 6, 7],
                        builtin_options_type: "WhileOptions",
                        builtin_options: {cond_subgraph_index: 1, body_subgraph_index: 2}}]})",
       R"({tensors: [{name: "i", type: "INT32", shape: []}, {name: "series", shape: [3,2]},
                     {name: "state", shape: [2]}, {name: "list", shape: [3,2]},
                     {name: "three", type: "INT32", shape: [], buffer: 2},
                     {name: "goes", type: "BOOL", shape: []}],
           inputs: [0, 1, 2, 3], outputs: [5],
           operators: [{opcode_index: 3, inputs: [0, 4], outputs: [5]}]})",
       R"({tensors: [{name: "i", type: "INT32", shape: []}, {name: "series", shape: [3,2]},
                     {name: "state", shape: [2]}, {name: "list", shape: [3,2]},
                     {name: "one", type: "INT32", shape: [], buffer: 3}, {name: "step", shape: [2]},
                     {name: "sum", shape: [2]}, {name: "row", shape: [1,2]},
                     {name: "next", type: "INT32", shape: []},
                     {name: "row_shape", type: "INT32", shape: [2], buffer: 5},
                     {name: "flat", shape: [6]}, {name: "flat_list", shape: [6]},
                     {name: "place", type: "INT32", shape: [1]}, {name: "longer", shape: [3,2]},
                     {name: "offset", type: "INT32", shape: []}],
           inputs: [0, 1, 2, 3], outputs: [8, 1, 6, 13],
           operators: [{opcode_index: 6, inputs: [1, 0], outputs: [5]},
                       {opcode_index: 4, inputs: [2, 5], outputs: [6]},
                       {opcode_index: 4, inputs: [0, 0], outputs: [14]},
                       {opcode_index: 8, inputs: [14], outputs: [12]},
                       {opcode_index: 8, inputs: [3], outputs: [10]},
                       {opcode_index: 7, inputs: [10, 6, 12], outputs: [11]},
                       {opcode_index: 8, inputs: [11], outputs: [13]},
                       {opcode_index: 4, inputs: [0, 4], outputs: [8]}]})"});
  CHECK(count(graph, Op::dynamic_update_slice) == 3);
  CHECK(run(graph, {reals({1, 2, 10, 20, 100, 200}, {3, 2}), reals({0.5f, 0}, {2}),
                    reals({0, 0, 0, 0, 0, 0}, {3, 2})}) == Reals{1.5f, 2, 11.5f, 22, 111.5f, 222});
}

TEST_CASE("a loop whose end is not known is refused, with what to do", "[control]") {
  const Result<Graph> graph = import({loop(false), less_than_3, doubling});
  REQUIRE(!graph.ok());
  const Diagnostic& found = graph.diagnostics().front();
  CHECK(describe(found.code).name == "E0402");
  CHECK(found.message == "operator WHILE: the number of iterations does not follow from constants");
  CHECK_THAT(found.help, Contains("unroll = True"));
}

TEST_CASE("a loop that never ends is refused", "[control]") {
  // The body gives its variables back.
  const Result<Graph> graph =
      import({loop(true), less_than_3,
              R"({tensors: [{name: "i", type: "INT32", shape: []}, {name: "x", shape: [2]}],
           inputs: [0, 1], outputs: [0, 1], operators: []})"});
  REQUIRE(!graph.ok());
  CHECK_THAT(graph.diagnostics().front().message, Contains("more than 65536 operators"));
}

TEST_CASE("subgraphs that do not fit the operator are malformed", "[control]") {
  const auto refused = [](const std::vector<std::string>& subgraphs, const char* message) {
    const Result<Graph> graph = import(subgraphs);
    REQUIRE(!graph.ok());
    CHECK_THAT(graph.diagnostics().front().message, Contains(message));
  };
  refused({loop(true, 7), less_than_3, doubling}, "it runs subgraph 7 of 3");
  refused({loop(true, 0), less_than_3, doubling}, "it runs subgraph 0 of 3");
  refused({loop(true), less_than_3, unchanged}, "it gives 2 arguments to subgraph 2, which takes 1");
  refused({choice("", "[0, 1]"), added,
           R"({tensors: [{name: "x", shape: [3]}], inputs: [0], outputs: [0], operators: []})"},
          "input 0 of subgraph 2 is float32[3]");
}

TEST_CASE("subgraphs may not run each other for ever", "[control]") {
  const std::string itself =
      R"({tensors: [{name: "x", shape: [2]}, {name: "y", shape: [2]}], inputs: [0], outputs: [1],
          operators: [{opcode_index: 2, inputs: [0], outputs: [1], builtin_options_type: "CallOptions",
                       builtin_options: {subgraph: 1}}]})";
  const Result<Graph> graph = import({itself, itself});
  REQUIRE(!graph.ok());
  CHECK_THAT(graph.diagnostics().front().message, Contains("more than 8 deep"));
}

TEST_CASE("CALL runs a subgraph", "[control]") {
  const Graph graph =
      imported({R"({tensors: [{name: "x", shape: [2]}, {name: "y", shape: [2]}], inputs: [0], outputs: [1],
           operators: [{opcode_index: 2, inputs: [0], outputs: [1], builtin_options_type: "CallOptions",
                        builtin_options: {subgraph: 1}}]})",
                added});
  CHECK(run(graph, {reals({1, 2}, {2})}) == Reals{2, 4});
}

TEST_CASE("a constant condition leaves one branch, another one a choice", "[control]") {
  const Graph known = imported({choice(", buffer: 6", "[1]"), added, unchanged});
  CHECK(count(known, Op::add) == 1);
  CHECK(count(known, Op::select_v2) == 0);
  CHECK(run(known, {reals({1, 2}, {2})}) == Reals{2, 4});
  const Graph open = imported({choice("", "[0, 1]"), added, unchanged});
  CHECK(count(open, Op::select_v2) == 1);
  for (const uint8_t condition : {uint8_t{0}, uint8_t{1}}) {
    const Value chosen = Value::of({DType::boolean, {}}, std::as_bytes(std::span(&condition, 1)));
    CHECK(run(open, {chosen, reals({1, 2}, {2})}) == (condition ? Reals{2, 4} : Reals{1, 2}));
  }
}

TEST_CASE("an operator of a subgraph that is not supported is named with its place", "[control]") {
  const std::string unknown =
      R"({tensors: [{name: "x", shape: [2]}, {name: "y", shape: [2]}], inputs: [0], outputs: [1],
          operators: [{opcode_index: 10, inputs: [0], outputs: [1]}]})";
  const Result<Graph> graph = import_tflite(
      test::tflite_of_json(fmt::format(
          R"({{version: 3, operator_codes: [{}, {{builtin_code: "UNIQUE"}}], subgraphs: [{}, {}, {}], buffers: [{}]}})",
          codes, choice("", "[0, 1]"), added, unknown, buffers)),
      "model");
  REQUIRE(!graph.ok());
  REQUIRE(graph.diagnostics().size() == 1);
  CHECK(graph.diagnostics()[0].message == "operator UNIQUE is not supported");
  CHECK_THAT(graph.diagnostics()[0].place, Contains("op 0 of subgraph 2"));
}

}  // namespace burin
