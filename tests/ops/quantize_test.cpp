#include <limits>

#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Graph quantize(const Operand& from, const Operand& to) {
  return one_node(Op::quantize, {from}, to);
}

Operand operand(DType dtype, int32_t elements, float scale, int32_t zero_point) {
  return {dtype, {elements}, quantized(scale, zero_point)};
}

}  // namespace

TEST_CASE("quantize rounds half away from zero and saturates", "[quantize]") {
  const Graph graph = quantize({DType::f32, {8}}, operand(DType::s8, 8, 0.5f, 3));
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(evaluate<int8_t>(graph, std::vector<float>{0, 0.25f, -0.25f, 0.24f, 1e30f, -infinity, 62, -65.5f}) ==
        std::vector<int8_t>{3, 4, 2, 3, 127, -128, 127, -128});
}

TEST_CASE("quantize to int16 and uint8", "[quantize]") {
  const std::vector<float> reals{1, -1, 1000};
  CHECK(evaluate<int16_t>(quantize({DType::f32, {3}}, operand(DType::s16, 3, 0.01f, 0)), reals) ==
        std::vector<int16_t>{100, -100, 32767});
  CHECK(evaluate<uint8_t>(quantize({DType::f32, {3}}, operand(DType::u8, 3, 0.1f, 100)), reals) ==
        std::vector<uint8_t>{110, 90, 255});
}

TEST_CASE("quantize moves int8 to another scale", "[quantize]") {
  // (x - 10) * 0.5 / 0.25 - 20
  const Graph graph = quantize(operand(DType::s8, 4, 0.5f, 10), operand(DType::s8, 4, 0.25f, -20));
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{10, 11, 0, 127}) ==
        std::vector<int8_t>{-20, -18, -40, 127});
}

TEST_CASE("quantize between uint8 and int8 of one scale flips a bit", "[quantize]") {
  const Graph graph = quantize(operand(DType::u8, 3, 0.1f, 128), operand(DType::s8, 3, 0.1f, 0));
  CHECK(evaluate<int8_t>(graph, std::vector<uint8_t>{0, 128, 255}) == std::vector<int8_t>{-128, 0, 127});
}

TEST_CASE("quantize widens and narrows", "[quantize]") {
  const Graph widen = quantize(operand(DType::s8, 2, 1, 0), operand(DType::s16, 2, 0.01f, 0));
  CHECK(evaluate<int16_t>(widen, std::vector<int8_t>{1, -128}) == std::vector<int16_t>{100, -12800});
  const Graph narrow = quantize(operand(DType::s32, 2, 1e-6f, 0), operand(DType::s8, 2, 0.1f, 5));
  CHECK(evaluate<int8_t>(narrow, std::vector<int32_t>{1000000, INT32_MIN}) == std::vector<int8_t>{15, -128});
}

TEST_CASE("dequantize gives the real numbers", "[dequantize]") {
  const Graph graph = one_node(Op::dequantize, {operand(DType::s8, 3, 0.1f, -3)}, {DType::f32, {3}});
  CHECK(evaluate<float>(graph, std::vector<int8_t>{-3, 7, -128}) ==
        std::vector<float>{0, 10 * 0.1f, -125 * 0.1f});
  const Graph wide = one_node(Op::dequantize, {operand(DType::s16, 1, 0.5f, 0)}, {DType::f32, {1}});
  CHECK(evaluate<float>(wide, std::vector<int16_t>{-32768}) == std::vector<float>{-16384});
}

TEST_CASE("dequantize of a constant takes a scale a channel", "[dequantize]") {
  Graph graph =
      one_node(Op::dequantize, {{DType::s8, {2, 2, 1}, {{0.5f, 2}, {0, 0}, 1}}}, {DType::f32, {2, 2, 1}});
  CHECK_THAT(refusal(graph), Catch::Contains("if constant"));
  graph.at(graph.inputs[0]).constant = Constant::of(std::vector<int8_t>{1, 2, 3, 4});
  const std::vector<Value> result = evaluate_constant_node(graph, graph.nodes[0], Rounding::tflm);
  const auto reals = result.at(0).as<float>();
  CHECK(std::vector<float>(reals.begin(), reals.end()) == std::vector<float>{0.5f, 4, 1.5f, 8});
}

TEST_CASE("quantize refuses what has no definition", "[quantize]") {
  CHECK_THAT(refusal(quantize({DType::f32, {2}}, operand(DType::s32, 2, 1, 0))), Catch::Contains("float32"));
  CHECK_THAT(refusal(quantize(operand(DType::s32, 2, 1, 4), operand(DType::s8, 2, 1, 0))),
             Catch::Contains("zero point 0"));
}

}  // namespace burin::test
