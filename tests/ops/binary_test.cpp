#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Operand operand(Shape shape, float scale, int32_t zero_point) {
  return {DType::s8, std::move(shape), quantized(scale, zero_point)};
}

Graph binary(Op op, const Operand& left, const Operand& right, const Operand& output,
             Activation activation = Activation::none) {
  return one_node(op, {left, right}, output, Attributes::of(NoAttributes{}), activation);
}

}  // namespace

TEST_CASE("sub subtracts real values", "[sub]") {
  // (10 - 2) * 0.5 - (6 - 0) * 0.25 = 2.5; / 0.5 - 1 = 4
  const Graph graph = binary(Op::sub, operand({3}, 0.5f, 2), operand({3}, 0.25f, 0), operand({3}, 0.5f, -1));
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{10, 2, -128}, std::vector<int8_t>{6, -8, 127}) ==
        std::vector<int8_t>{4, 3, -128});
  const Graph broadcast = binary(Op::sub, operand({}, 1, 0), operand({3}, 1, 0), operand({3}, 1, 0));
  CHECK(evaluate<int8_t>(broadcast, std::vector<int8_t>{10}, std::vector<int8_t>{1, 2, 30}) ==
        std::vector<int8_t>{9, 8, -20});
  const Graph real =
      binary(Op::sub, {DType::f32, {2}}, {DType::f32, {2}}, {DType::f32, {2}}, Activation::relu6);
  CHECK(evaluate<float>(real, std::vector<float>{9, 1}, std::vector<float>{1, 2}) ==
        std::vector<float>{6, 0});
}

TEST_CASE("mul multiplies real values", "[mul]") {
  // (10 - 2) * 0.5 * (6 - 4) * 0.25 = 2; / 0.1 - 1 = 19
  const Graph graph = binary(Op::mul, operand({4}, 0.5f, 2), operand({4}, 0.25f, 4), operand({4}, 0.1f, -1));
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{10, 2, 127, -128},
                         std::vector<int8_t>{6, 100, 127, 127}) == std::vector<int8_t>{19, -1, 127, -128});
  const Graph relu =
      binary(Op::mul, operand({2}, 1, 0), operand({1}, 1, 0), operand({2}, 1, 0), Activation::relu);
  CHECK(evaluate<int8_t>(relu, std::vector<int8_t>{3, -3}, std::vector<int8_t>{5}) ==
        std::vector<int8_t>{15, 0});
  const Operand wide{DType::s16, {2}, quantized(1.0f / 32768, 0)};
  CHECK(evaluate<int16_t>(binary(Op::mul, wide, wide, wide), std::vector<int16_t>{16384, -32768},
                          std::vector<int16_t>{16384, -32768}) == std::vector<int16_t>{8192, 32767});
}

TEST_CASE("mul of int16 has zero points 0", "[mul]") {
  const Operand wide{DType::s16, {2}, quantized(0.1f, 0)};
  CHECK_THAT(refusal(binary(Op::mul, wide, {DType::s16, {2}, quantized(0.1f, 3)}, wide)),
             Catch::Contains("zero points 0"));
}

TEST_CASE("minimum and maximum compare stored numbers", "[minimum][maximum]") {
  const Operand matrix = operand({2, 2}, 1, 0);
  const std::vector<int8_t> left{-3, 5, 7, -128};
  CHECK(evaluate<int8_t>(binary(Op::minimum, matrix, operand({2}, 1, 0), matrix), left,
                         std::vector<int8_t>{0, 6}) == std::vector<int8_t>{-3, 5, 0, -128});
  CHECK(evaluate<int8_t>(binary(Op::maximum, matrix, operand({2}, 1, 0), matrix), left,
                         std::vector<int8_t>{0, 6}) == std::vector<int8_t>{0, 6, 7, 6});
  const Graph integers = binary(Op::maximum, {DType::s32, {2}}, {DType::s32, {1}}, {DType::s32, {2}});
  CHECK(evaluate<int32_t>(integers, std::vector<int32_t>{INT32_MIN, 9}, std::vector<int32_t>{4}) ==
        std::vector<int32_t>{4, 9});
  const Graph real = binary(Op::minimum, {DType::f32, {1, 2}}, {DType::f32, {2, 1}}, {DType::f32, {2, 2}});
  CHECK(evaluate<float>(real, std::vector<float>{1, 4}, std::vector<float>{2, 3}) ==
        std::vector<float>{1, 2, 1, 3});
}

}  // namespace burin::test
