// int16 activations in operators beside the weighted ones, and int8 in those that had float32 only.
#include <cmath>

#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Operand wide(Shape shape, float scale) {
  return {DType::s16, std::move(shape), quantized(scale, 0)};
}

}  // namespace

TEST_CASE("pools of int16", "[int16]") {
  const Operand row = wide({1, 1, 4, 1}, 0.5f);
  const Operand one = wide({1, 1, 1, 1}, 0.5f);
  const auto pooled = [&](Op op, const std::vector<int16_t>& values,
                          Activation activation = Activation::none) {
    return evaluate<int16_t>(one_node(op, {row}, one, row_window(op, 4), activation), values);
  };
  // Halves go away from zero.
  CHECK(pooled(Op::average_pool_2d, {1, 2, 3, -8}) == std::vector<int16_t>{-1});
  CHECK(pooled(Op::average_pool_2d, {32767, 32767, 32767, 32766}) == std::vector<int16_t>{32767});
  CHECK(pooled(Op::max_pool_2d, {-32768, -300, -20000, -301}) == std::vector<int16_t>{-300});
  // 6 is 12 steps.
  CHECK(pooled(Op::max_pool_2d, {1, 400, 3, 4}, Activation::relu6) == std::vector<int16_t>{12});
}

TEST_CASE("the mean of int16", "[int16]") {
  const Graph graph =
      one_node(Op::mean, {wide({2, 3}, 0.5f)}, wide({2}, 0.25f),
               attributes_of(Op::mean, {{"axes", std::vector<int32_t>{1}}, {"keep_dims", false}}));
  // (1000 + 2000 + 3000) / 3 * 2 and (-30000 - 3 - 0) / 3 * 2.
  CHECK(evaluate<int16_t>(graph, std::vector<int16_t>{1000, 2000, 3000, -30000, -3, 0}) ==
        std::vector<int16_t>{4000, -20002});
}

TEST_CASE("the matrix product of int16 sums in 64 bits", "[int16]") {
  const Graph graph = one_node(Op::batch_matmul, {wide({1, 3}, 1), wide({3, 1}, 1)}, wide({1, 1}, 131072.0f),
                               attributes_of(Op::batch_matmul, {{"adj_x", false}, {"adj_y", false}}));
  // 3 * 2^30 / 2^17.
  CHECK(evaluate<int16_t>(graph, std::vector<int16_t>{-32768, -32768, -32768},
                          std::vector<int16_t>{-32768, -32768, -32768}) == std::vector<int16_t>{24576});
}

TEST_CASE("the softmax of int16 is near the real one", "[int16]") {
  const float scale = 0.0005f;
  const Graph graph = one_node(Op::softmax, {wide({1, 5}, scale)}, wide({1, 5}, 1.0f / 32768),
                               attributes_of(Op::softmax, {{"beta", 1.0f}}));
  const std::vector<int16_t> input{-32768, 0, 1000, 4000, 32767};
  const std::vector<int16_t> output = evaluate<int16_t>(graph, input);
  double sum = 0;
  for (const int16_t x : input) sum += std::exp(static_cast<double>(scale) * x);
  for (size_t i = 0; i < input.size(); ++i) {
    CAPTURE(i);
    CHECK(std::abs(output[i] - std::exp(static_cast<double>(scale) * input[i]) / sum * 32768) < 20);
  }
}

TEST_CASE("ABS of int16 and PRELU of int16 with slopes of int8", "[int16]") {
  const std::vector<int16_t> values{-32768, -7, 0, 9};
  CHECK(evaluate<int16_t>(one_node(Op::abs, {wide({4}, 0.5f)}, wide({4}, 0.5f)), values) ==
        std::vector<int16_t>{32767, 7, 0, 9});
  CHECK(evaluate<int16_t>(one_node(Op::abs, {wide({4}, 0.5f)}, wide({4}, 1)), values) ==
        std::vector<int16_t>{16384, 4, 0, 5});
  Graph prelu =
      one_node(Op::prelu, {wide({4}, 0.5f), {DType::s8, {1}, quantized(0.25f, -2)}}, wide({4}, 0.5f));
  // (0 + 2) / 4 is the slope.
  prelu.at(prelu.inputs[1]).constant = Constant::of(std::vector<int8_t>{0});
  prelu.inputs.pop_back();
  CHECK(evaluate<int16_t>(prelu, values) == std::vector<int16_t>{-16384, -4, 0, 9});
}

TEST_CASE("MAXIMUM of int64", "[int16]") {
  const Operand wide_integer{DType::s64, {2}};
  CHECK(evaluate<int64_t>(one_node(Op::maximum, {wide_integer, wide_integer}, wide_integer),
                          std::vector<int64_t>{int64_t{1} << 40, -5},
                          std::vector<int64_t>{3, 7}) == std::vector<int64_t>{int64_t{1} << 40, 7});
}

TEST_CASE("int8 operands of other scales are compared as reals", "[int16]") {
  const Operand left{DType::s8, {4}, quantized(0.5f, 0)};
  const Operand right{DType::s8, {4}, quantized(0.25f, 10)};
  const auto holds = [&](Op op) {
    const Graph graph = one_node(op, {left, right}, {DType::boolean, {4}});
    const std::vector<uint8_t> output =
        evaluate<uint8_t>(graph, std::vector<int8_t>{2, 2, 2, -128}, std::vector<int8_t>{14, 13, 15, 127});
    return std::vector<int>(output.begin(), output.end());
  };
  // 1, 1, 1 and -64 beside 1, 0.75, 1.25 and 29.25.
  CHECK(holds(Op::equal) == std::vector<int>{1, 0, 0, 0});
  CHECK(holds(Op::not_equal) == std::vector<int>{0, 1, 1, 1});
  CHECK(holds(Op::greater) == std::vector<int>{0, 1, 0, 0});
  CHECK(holds(Op::greater_equal) == std::vector<int>{1, 1, 0, 0});
  CHECK(holds(Op::less) == std::vector<int>{0, 0, 1, 1});
  CHECK(holds(Op::less_equal) == std::vector<int>{1, 0, 1, 1});
}

TEST_CASE("squared differences of integers, reciprocal roots and unit vectors of int8", "[int16]") {
  const Operand left{DType::s8, {3}, quantized(0.5f, 3)};
  const Operand right{DType::s8, {3}, quantized(0.25f, -1)};
  const Operand square{DType::s8, {3}, quantized(1, -100)};
  // 1 - 0.5, -2.5 - 2 and 0.5 - 10: 0.25, 20.25 and 90.25.
  CHECK(evaluate<int8_t>(one_node(Op::squared_difference, {left, right}, square),
                         std::vector<int8_t>{5, -2, 4},
                         std::vector<int8_t>{1, 7, 39}) == std::vector<int8_t>{-100, -80, -10});
  // 1 / sqrt(0.25 (x - 4)); of zero and less, the most.
  const Graph roots = one_node(Op::rsqrt, {{DType::s8, {5}, quantized(0.25f, 4)}},
                               {DType::s8, {5}, quantized(1.0f / 64, -128)});
  CHECK(evaluate<int8_t>(roots, std::vector<int8_t>{8, 20, 104, 4, -100}) ==
        std::vector<int8_t>{-64, -96, -115, 127, 127});
  const Graph unit = one_node(Op::l2_normalization, {{DType::s8, {2, 2}, quantized(0.3f, 1)}},
                              {DType::s8, {2, 2}, quantized(1.0f / 128, 0)});
  // (3, 4) and (0, -9): 0.6, 0.8, 0 and -1.
  CHECK(evaluate<int8_t>(unit, std::vector<int8_t>{4, 5, 1, -8}) == std::vector<int8_t>{77, 102, 0, -128});
}

TEST_CASE("a vector shorter than 1e-6 is no longer for being divided", "[int16]") {
  const Operand row{DType::f32, {1, 2}};
  const std::vector<float> output =
      evaluate<float>(one_node(Op::l2_normalization, {row}, row), std::vector<float>{3e-5f, 4e-5f});
  CHECK(output[0] == Approx(0.6f));
  CHECK(output[1] == Approx(0.8f));
  CHECK(evaluate<float>(one_node(Op::l2_normalization, {row}, row), std::vector<float>{1e-8f, 0})[0] ==
        Approx(0.01f));
}

TEST_CASE("weights of FULLY_CONNECTED may be an operand like any other", "[int16]") {
  const Operand x{DType::s8, {2, 3}, quantized(0.5f, 1)};
  const Operand w{DType::s8, {2, 3}, quantized(0.25f, -2)};
  const Graph graph = one_node(Op::fully_connected, {x, w}, {DType::s8, {2, 2}, quantized(0.125f, 5)},
                               attributes_of(Op::fully_connected, {{"keep_rank", false}}), Activation::relu);
  // (x - 1) . (w + 2), as both scales' product is the output's, and 5 added.
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{2, 3, 4, 1, 1, 0},
                         std::vector<int8_t>{-1, 0, 1, 8, -2, -3}) == std::vector<int8_t>{19, 12, 5, 6});
}

}  // namespace burin::test
