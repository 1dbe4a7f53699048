#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Graph add(const Operand& left, const Operand& right, const Operand& output,
          Activation activation = Activation::none) {
  return one_node(Op::add, {left, right}, output, Attributes::of(NoAttributes{}), activation);
}

Operand operand(Shape shape, float scale, int32_t zero_point) {
  return {DType::s8, std::move(shape), quantized(scale, zero_point)};
}

}  // namespace

TEST_CASE("add adds real values", "[add]") {
  // (10 - 2) * 0.5 + (6 - 0) * 0.25 = 5.5; / 0.5 - 1 = 10
  const Graph graph = add(operand({3}, 0.5f, 2), operand({3}, 0.25f, 0), operand({3}, 0.5f, -1));
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{10, 2, 127}, std::vector<int8_t>{6, -8, 127}) ==
        std::vector<int8_t>{10, -5, 127});
}

TEST_CASE("add clamps by its activation", "[add]") {
  const Operand real = operand({4}, 0.1f, 0);
  const std::vector<int8_t> left{-20, 5, 40, 60};
  const std::vector<int8_t> right{-20, 5, 40, 60};
  CHECK(evaluate<int8_t>(add(real, real, real, Activation::none), left, right) ==
        std::vector<int8_t>{-40, 10, 80, 120});
  CHECK(evaluate<int8_t>(add(real, real, real, Activation::relu), left, right) ==
        std::vector<int8_t>{0, 10, 80, 120});
  CHECK(evaluate<int8_t>(add(real, real, real, Activation::relu6), left, right) ==
        std::vector<int8_t>{0, 10, 60, 60});
  CHECK(evaluate<int8_t>(add(real, real, real, Activation::relu_n1_to_1), left, right) ==
        std::vector<int8_t>{-10, 10, 10, 10});
}

TEST_CASE("add broadcasts either operand", "[add]") {
  const std::vector<int8_t> matrix{1, 2, 3, 4, 5, 6};
  const auto sum = [&](const Shape& left, const Shape& right, const Shape& output,
                       const std::vector<int8_t>& a, const std::vector<int8_t>& b) {
    return evaluate<int8_t>(add(operand(left, 1, 0), operand(right, 1, 0), operand(output, 1, 0)), a, b);
  };
  CHECK(sum({2, 3}, {3}, {2, 3}, matrix, {10, 20, 30}) == std::vector<int8_t>{11, 22, 33, 14, 25, 36});
  CHECK(sum({}, {2, 3}, {2, 3}, {100}, matrix) == std::vector<int8_t>{101, 102, 103, 104, 105, 106});
  CHECK(sum({2, 1}, {1, 3}, {2, 3}, {10, 20}, {1, 2, 3}) == std::vector<int8_t>{11, 12, 13, 21, 22, 23});
  CHECK(sum({2, 1, 2}, {3, 1}, {2, 3, 2}, {1, 2, 3, 4}, {10, 20, 30}) ==
        std::vector<int8_t>{11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34});
}

TEST_CASE("add works on float32 and int16", "[add]") {
  const Graph real = add({DType::f32, {2}}, {DType::f32, {2}}, {DType::f32, {2}}, Activation::relu);
  CHECK(evaluate<float>(real, std::vector<float>{0.5f, -3}, std::vector<float>{0.25f, 1}) ==
        std::vector<float>{0.75f, 0});
  const Operand wide{DType::s16, {2}, quantized(0.001f, 0)};
  CHECK(evaluate<int16_t>(add(wide, wide, wide), std::vector<int16_t>{1000, 30000},
                          std::vector<int16_t>{-3, 30000}) == std::vector<int16_t>{997, 32767});
}

TEST_CASE("add refuses shapes and scales that do not fit", "[add]") {
  CHECK_THAT(refusal(add(operand({2, 3}, 1, 0), operand({2}, 1, 0), operand({2, 3}, 1, 0))),
             Catch::Contains("equal or 1"));
  CHECK_THAT(refusal(add(operand({2}, 1, 0), operand({2}, 1, 0), operand({2}, 1e-6f, 0))),
             Catch::Contains("2^-19"));
  CHECK_THAT(refusal(add(operand({2}, 1, 0), {DType::f32, {2}}, operand({2}, 1, 0))),
             Catch::Contains("int8"));
}

TEST_CASE("add equals TensorFlow Lite Micro on the corpus", "[add][corpus]") {
  const CorpusModel model("resnet8_int8");
  const auto [left, right, output] =
      GENERATE(table<int, int, int>({{22, 24, 25}, {28, 27, 29}, {32, 31, 33}}));
  const Graph graph = add(model.operand(left), model.operand(right), model.operand(output), Activation::relu);
  CHECK(evaluate<int8_t>(graph, model.values(left), model.values(right)) == model.values(output));
}

}  // namespace burin::test
