// Infinities and what is not a number, as TensorFlow Lite Micro's reference kernels treat them.
#include <cmath>
#include <limits>

#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

using Limits = std::numeric_limits<float>;
constexpr float infinity = Limits::infinity();
constexpr float largest = Limits::max();
const float nan = Limits::quiet_NaN();

// Equal, or both no number.
void check_same(const std::vector<float>& actual, const std::vector<float>& expected) {
  REQUIRE(actual.size() == expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    CAPTURE(i, actual[i], expected[i]);
    CHECK((actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i]))));
  }
}

void check_binary(Op op, const std::vector<float>& left, const std::vector<float>& right,
                  const std::vector<float>& expected, Activation activation = Activation::none,
                  bool keeps_infinities = false) {
  const Operand real{DType::f32, {static_cast<int32_t>(left.size())}};
  Graph graph = one_node(op, {real, real}, real, Attributes::of(NoAttributes{}), activation);
  graph.nodes[0].keeps_infinities = keeps_infinities;
  check_same(evaluate<float>(graph, left, right), expected);
}

void check_unary(Op op, const std::vector<float>& input, const std::vector<float>& expected) {
  const Operand real{DType::f32, {static_cast<int32_t>(input.size())}};
  check_same(evaluate<float>(one_node(op, {real}, real), input), expected);
}

Graph pool(Op op, int32_t width) {
  return one_node(op, {{DType::f32, {1, 1, width, 1}}}, {DType::f32, {1, 1, 1, 1}}, row_window(op, width));
}

Graph reduction(Op op, int32_t elements) {
  return one_node(op, {{DType::f32, {elements}}}, {DType::f32, {}},
                  attributes_of(op, {{"axes", std::vector<int32_t>{0}}, {"keep_dims", false}}));
}

}  // namespace

TEST_CASE("arithmetic that may carry an activation clamps infinities to the largest number", "[not_finite]") {
  check_binary(Op::add, {infinity, -infinity, largest, infinity, nan}, {1, 1, largest, -infinity, 1},
               {largest, -largest, largest, nan, nan});
  check_binary(Op::sub, {infinity, -infinity, infinity, 1}, {1, 1, infinity, nan},
               {largest, -largest, nan, nan});
  check_binary(Op::mul, {infinity, -infinity, infinity, largest}, {2, 2, 0, largest},
               {largest, -largest, nan, largest});
  check_binary(Op::div, {1, -1, 0, infinity, infinity}, {0, 0, 0, 2, infinity},
               {largest, -largest, nan, largest, nan});
  check_binary(Op::add, {infinity, -infinity, nan}, {1, 1, 1}, {largest, 0, nan}, Activation::relu);
  check_binary(Op::add, {infinity, -infinity, nan}, {1, 1, 1}, {6, 0, nan}, Activation::relu6);
}

TEST_CASE("a node that keeps infinities does not clamp them", "[not_finite]") {
  const auto check = [](Op op, const std::vector<float>& left, const std::vector<float>& right,
                        const std::vector<float>& expected, Activation activation = Activation::none) {
    check_binary(op, left, right, expected, activation, true);
  };
  check(Op::add, {infinity, -infinity, largest, infinity, nan}, {1, 1, largest, -infinity, 1},
        {infinity, -infinity, infinity, nan, nan});
  check(Op::mul, {infinity, -infinity, 0}, {2, 2, infinity}, {infinity, -infinity, nan});
  check(Op::div, {1, -1, 0}, {0, 0, 0}, {infinity, -infinity, nan});
  check(Op::add, {infinity, -infinity, nan}, {1, 1, 1}, {infinity, 0, nan}, Activation::relu);
  check(Op::sub, {infinity, -infinity}, {1, 1}, {6, 0}, Activation::relu6);
  const auto keeping = [](Graph graph) {
    graph.nodes[0].keeps_infinities = true;
    return graph;
  };
  check_same(evaluate<float>(keeping(pool(Op::max_pool_2d, 2)), std::vector<float>{-infinity, nan}),
             {-infinity});
  check_same(evaluate<float>(keeping(pool(Op::average_pool_2d, 2)), std::vector<float>{infinity, 1}),
             {infinity});
  check_same(evaluate<float>(keeping(reduction(Op::reduce_max, 2)), std::vector<float>{nan, -infinity}),
             {-infinity});
  check_same(evaluate<float>(keeping(reduction(Op::reduce_min, 2)), std::vector<float>{nan, infinity}),
             {infinity});
}

TEST_CASE("only what clamps infinities can be told to keep them", "[not_finite]") {
  Graph graph = one_node(Op::relu, {{DType::f32, {1}}}, {DType::f32, {1}});
  graph.nodes[0].keeps_infinities = true;
  CHECK_THAT(refusal(graph), Catch::Contains("does not clamp infinities anyway"));
}

TEST_CASE("arithmetic without an activation keeps infinities", "[not_finite]") {
  check_binary(Op::squared_difference, {infinity, -infinity, largest, infinity}, {1, 1, -largest, infinity},
               {infinity, infinity, infinity, nan});
  check_binary(Op::floor_div, {infinity, -infinity, 1, 7, nan}, {2, 2, infinity, -2, 1},
               {infinity, -infinity, 0, -4, nan});
  check_binary(Op::floor_mod, {infinity, 3, -3, nan, 7}, {2, infinity, infinity, 2, nan},
               {nan, 3, infinity, nan, nan});
  check_binary(Op::prelu, {infinity, -infinity, nan}, {2, 2, 2}, {infinity, -infinity, nan});
  check_binary(Op::maximum, {nan, 1, infinity}, {1, nan, -infinity}, {1, nan, infinity});
}

TEST_CASE("FLOOR_DIV does not round its quotient up to an integer first", "[not_finite]") {
  // 0.1f is a little more than a tenth: as float32, the quotients are 10 and 30.
  check_binary(Op::floor_div, {1, 3}, {0.1f, 0.1f}, {9, 29});
}

TEST_CASE("RELU keeps infinity and what is not a number", "[not_finite]") {
  check_unary(Op::relu, {infinity, -infinity, nan}, {infinity, 0, nan});
  check_unary(Op::relu6, {infinity, -infinity, nan}, {6, 0, nan});
  check_unary(Op::relu_n1_to_1, {infinity, -infinity, nan}, {1, -1, nan});
}

TEST_CASE("the maximum passes over what is not a number, the mean does not", "[not_finite]") {
  check_same(evaluate<float>(pool(Op::max_pool_2d, 3), std::vector<float>{nan, 2, -1}), {2});
  check_same(evaluate<float>(pool(Op::max_pool_2d, 3), std::vector<float>{1, nan, -1}), {1});
  check_same(evaluate<float>(pool(Op::max_pool_2d, 2), std::vector<float>{nan, nan}), {-largest});
  check_same(evaluate<float>(pool(Op::max_pool_2d, 2), std::vector<float>{infinity, 1}), {largest});
  check_same(evaluate<float>(pool(Op::average_pool_2d, 2), std::vector<float>{infinity, 1}), {largest});
  check_same(evaluate<float>(pool(Op::average_pool_2d, 2), std::vector<float>{nan, 1}), {nan});
  const auto reduced = [](Op op, const std::vector<float>& input) {
    return evaluate<float>(reduction(op, static_cast<int32_t>(input.size())), input);
  };
  check_same(reduced(Op::reduce_max, {nan, -infinity}), {-largest});
  check_same(reduced(Op::reduce_max, {nan, 3, infinity}), {infinity});
  check_same(reduced(Op::reduce_min, {nan, infinity}), {largest});
  check_same(reduced(Op::sum, {nan, 3}), {nan});
}

}  // namespace burin::test
