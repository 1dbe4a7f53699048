#include <catch2/catch.hpp>

#include "eval/evaluator.hpp"
#include "ops/one_node.hpp"
#include "passes/pass.hpp"

namespace burin {
namespace {

// A register: gives what it held and keeps its input, and gives that too.
Graph held_and_kept() {
  Graph graph;
  const TensorType type{DType::s8, {2}};
  const auto add = [&](const char* name) { return add_tensor(graph, {.name = name, .type = type}); };
  const TensorId variable = add("register");
  graph.at(variable).variable = true;
  graph.at(variable).constant = Constant::of(std::vector<int8_t>{3, 4});
  const TensorId input = add("input");
  const TensorId held = add("held");
  const TensorId kept = add("kept");
  const auto node = [&](Op op, std::vector<TensorId> inputs, std::vector<TensorId> outputs) {
    graph.nodes.push_back({.op = op,
                           .inputs = std::move(inputs),
                           .outputs = std::move(outputs),
                           .attributes = Attributes::of(NoAttributes{})});
  };
  node(Op::read_variable, {variable}, {held});
  node(Op::assign_variable, {variable, input}, {});
  node(Op::read_variable, {variable}, {kept});
  graph.inputs = {input};
  graph.outputs = {held, kept};
  return graph;
}

using Outputs = std::vector<std::vector<int8_t>>;
Outputs run(Evaluator& evaluator, const std::vector<int8_t>& values) {
  const Value input = Value::of({DType::s8, {2}}, std::as_bytes(std::span(values)));
  Outputs outputs;
  for (const Value& value : evaluator.run(std::span(&input, 1)))
    outputs.emplace_back(value.as<int8_t>().begin(), value.as<int8_t>().end());
  return outputs;
}

}  // namespace

TEST_CASE("reading a variable sees the assignments in front of it, also of earlier calls", "[ops]") {
  const Graph graph = held_and_kept();
  REQUIRE(test::findings(graph).empty());
  Evaluator evaluator(graph);
  CHECK(run(evaluator, {7, 8}) == Outputs{{3, 4}, {7, 8}});
  CHECK(run(evaluator, {1, 2}) == Outputs{{7, 8}, {1, 2}});
  evaluator.reset();
  CHECK(run(evaluator, {5, 5}) == Outputs{{3, 4}, {5, 5}});
}

TEST_CASE("passes keep assignments, which have no outputs, and drop reads that nothing needs", "[passes]") {
  Graph graph = held_and_kept();
  graph.outputs.pop_back();
  const Graph result = run_pipeline(graph, {});
  REQUIRE(result.nodes.size() == 2);
  CHECK(result.nodes[0].op == Op::read_variable);
  CHECK(result.nodes[1].op == Op::assign_variable);
}

TEST_CASE("arithmetic on shapes folds away", "[passes]") {
  Graph graph;
  const TensorId input = add_tensor(graph, test::tensor(DType::f32, {2, 3}));
  const TensorId shape = add_tensor(graph, test::tensor(DType::s32, {2}));
  const TensorId rows = add_tensor(graph, test::tensor(DType::s32, {}));
  const TensorId packed = add_tensor(graph, test::tensor(DType::s32, {2}));
  const auto list = [](int32_t value) { return std::vector<int32_t>{value}; };
  graph.nodes.push_back(
      {.op = Op::shape, .inputs = {input}, .outputs = {shape}, .attributes = Attributes::of(NoAttributes{})});
  graph.nodes.push_back(
      {.op = Op::strided_slice,
       .inputs = {shape},
       .outputs = {rows},
       .attributes = test::attributes(Op::strided_slice,
                                      {{"begin", list(1)}, {"step", list(1)}, {"extent", list(1)}})});
  graph.nodes.push_back({.op = Op::pack,
                         .inputs = {rows, rows},
                         .outputs = {packed},
                         .attributes = test::attributes(Op::pack, {{"axis", 0}})});
  graph.inputs = {input};
  graph.outputs = {packed};
  REQUIRE(test::findings(graph).empty());
  const Graph result = run_pipeline(graph, {.pass = {}, .stop_after = "fold_constants", .observe = {}});
  CHECK(result.nodes.empty());
  const auto value = result.at(result.outputs[0]).constant->as<int32_t>();
  CHECK(std::vector<int32_t>(value.begin(), value.end()) == std::vector<int32_t>{3, 3});
}

}  // namespace burin
