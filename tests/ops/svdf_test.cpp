#include <catch2/catch.hpp>

#include "eval/evaluator.hpp"
#include "ops/one_node.hpp"

namespace burin {
namespace {

using test::constant;
using test::per_tensor;
using test::tensor;

Graph svdf(int32_t rank, const std::vector<Tensor>& operands, const Tensor& output,
           Activation activation = Activation::none) {
  Graph graph =
      test::one_node(Op::svdf, test::attributes(Op::svdf, {{"rank", rank}}), operands, output, activation);
  graph.at(graph.nodes[0].inputs.back()).variable = true;
  return graph;
}

template <class T>
std::vector<T> run(Evaluator& evaluator, const Graph& graph, const std::vector<T>& values) {
  const Value input = Value::of(graph.at(graph.inputs[0]).type, std::as_bytes(std::span(values)));
  const Value output = evaluator.run(std::span(&input, 1)).at(0);
  return {output.as<T>().begin(), output.as<T>().end()};
}

}  // namespace

TEST_CASE("an SVDF filters what it has seen over time", "[ops]") {
  // One unit of two filters with a memory of two: the first takes input 0 now and twice the one before, the
  // second takes away input 1 of the call before.
  const Graph graph = svdf(2,
                           {tensor(DType::f32, {1, 2}), constant<float>(DType::f32, {2, 2}, {}, {1, 0, 0, 1}),
                            constant<float>(DType::f32, {2, 2}, {}, {2, 1, -1, 0}),
                            constant<float>(DType::f32, {1}, {}, {10}), tensor(DType::f32, {1, 4})},
                           tensor(DType::f32, {1, 1}));
  REQUIRE(test::findings(graph).empty());
  Evaluator evaluator(graph);
  CHECK(run<float>(evaluator, graph, {1, 5}) == std::vector<float>{11});
  CHECK(run<float>(evaluator, graph, {3, 7}) == std::vector<float>{10 + 3 + 2 - 5});
  CHECK(run<float>(evaluator, graph, {4, 0}) == std::vector<float>{10 + 4 + 6 - 7});
  evaluator.reset();
  CHECK(run<float>(evaluator, graph, {1, 5}) == std::vector<float>{11});
}

TEST_CASE("an SVDF's activation applies to its output", "[ops]") {
  const Graph graph = svdf(1,
                           {tensor(DType::f32, {1, 1}), constant<float>(DType::f32, {1, 1}, {}, {1}),
                            constant<float>(DType::f32, {1, 1}, {}, {1}),
                            constant<float>(DType::f32, {1}, {}, {0}), tensor(DType::f32, {1, 1})},
                           tensor(DType::f32, {1, 1}), Activation::relu6);
  Evaluator evaluator(graph);
  CHECK(run<float>(evaluator, graph, {9}) == std::vector<float>{6});
  CHECK(run<float>(evaluator, graph, {-9}) == std::vector<float>{0});
}

TEST_CASE("an int8 SVDF saturates its state and honors zero points", "[ops]") {
  // Real numbers: input scale 0.5 from 3, state scale 1, output scale 2 from -1.
  const Graph graph = svdf(1,
                           {tensor(DType::s8, {1, 1}, per_tensor(0.5f, 3)),
                            constant<int8_t>(DType::s8, {1, 1}, per_tensor(1, 0), {4}),
                            constant<int8_t>(DType::s8, {1, 2}, per_tensor(0.25f, 0), {4, 8}),
                            constant<int32_t>(DType::s32, {1}, per_tensor(0.25f, 0), {40}),
                            tensor(DType::s8, {1, 2}, per_tensor(1, 0))},
                           tensor(DType::s8, {1, 1}, per_tensor(2, -1)));
  REQUIRE(test::findings(graph).empty());
  Evaluator evaluator(graph);
  // (13 - 3) * 0.5 * 4 = 20; (20 * 2 + 10) / 2 - 1
  CHECK(run<int8_t>(evaluator, graph, {13}) == std::vector<int8_t>{24});
  // (-7 - 3) * 0.5 * 4 = -20; (20 * 1 - 20 * 2 + 10) / 2 - 1
  CHECK(run<int8_t>(evaluator, graph, {-7}) == std::vector<int8_t>{-6});
  // (103 - 3) * 0.5 * 4 = 200, kept as 127; (-20 + 254 + 10) / 2 - 1
  CHECK(run<int8_t>(evaluator, graph, {103}) == std::vector<int8_t>{121});
}

TEST_CASE("SVDF operands that contradict each other are refused", "[ops]") {
  const auto findings = [](int32_t rank, Shape feature, Shape time, Shape state) {
    const auto zeros = [](const Shape& shape) {
      return std::vector<float>(static_cast<size_t>(shape.elements()));
    };
    return test::findings(
        svdf(rank,
             {tensor(DType::f32, {1, 3}), constant(DType::f32, feature, {}, zeros(feature)),
              constant(DType::f32, time, {}, zeros(time)),
              constant(DType::f32, {2}, {}, std::vector<float>(2)), tensor(DType::f32, state)},
             tensor(DType::f32, {1, 2})));
  };
  CHECK(findings(2, {4, 3}, {4, 5}, {1, 20}).empty());
  CHECK_FALSE(findings(3, {4, 3}, {4, 5}, {1, 20}).empty());
  CHECK_FALSE(findings(0, {4, 3}, {4, 5}, {1, 20}).empty());
  CHECK_FALSE(findings(2, {4, 2}, {4, 5}, {1, 20}).empty());
  CHECK_FALSE(findings(2, {4, 3}, {3, 5}, {1, 20}).empty());
  CHECK_FALSE(findings(2, {4, 3}, {4, 5}, {1, 19}).empty());
}

}  // namespace burin
