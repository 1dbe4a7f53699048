#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

using namespace burin;
using namespace burin::test;

namespace {

const std::vector<int8_t> one_to_nine = {1, 2, 3, 4, 5, 6, 7, 8, 9};

// Scales are such that accumulators reach the output unscaled, apart from its zero point -3.
Graph convolution(const std::vector<NamedAttribute>& list, const Shape& input, const Shape& weights,
                  const std::vector<int8_t>& values, const std::vector<int32_t>& bias, const Shape& output,
                  Activation activation = Activation::none) {
  return one_node(Op::convolution_2d, attributes(Op::convolution_2d, list),
                  {tensor(DType::s8, input, per_tensor(0.5f, 1)),
                   constant(DType::s8, weights, per_tensor(0.5f, 0), values),
                   constant(DType::s32, {static_cast<int32_t>(bias.size())}, {}, bias)},
                  tensor(DType::s8, output, per_tensor(0.25f, -3)), activation);
}

// One 1x1 weight of 1, so that the accumulator is the input; the output is a quarter of it.
std::vector<int8_t> quarter(const std::vector<int8_t>& input, Rounding rounding) {
  const auto width = static_cast<int32_t>(input.size());
  const Graph graph = one_node(Op::convolution_2d, attributes(Op::convolution_2d, {}),
                               {tensor(DType::s8, {1, 1, width, 1}, per_tensor(0.25f, 0)),
                                constant<int8_t>(DType::s8, {1, 1, 1, 1}, per_tensor(1.0f, 0), {1})},
                               tensor(DType::s8, {1, 1, width, 1}, per_tensor(1.0f, 0)));
  return evaluate(graph, input, rounding);
}

}  // namespace

TEST_CASE("convolution_2d sums products over the window", "[ops][convolution_2d]") {
  const Graph graph = convolution({}, {1, 3, 3, 1}, {1, 2, 2, 1}, {1, 2, 3, 4}, {10}, {1, 2, 2, 1});
  CHECK(evaluate(graph, one_to_nine) == std::vector<int8_t>{34, 44, 64, 74});
}

TEST_CASE("convolution_2d takes the input's zero point outside of the image", "[ops][convolution_2d]") {
  const Graph graph = convolution({{"stride_height", 2},
                                   {"stride_width", 2},
                                   {"pad_top", 1},
                                   {"pad_left", 1},
                                   {"pad_bottom", 1},
                                   {"pad_right", 1}},
                                  {1, 3, 3, 1}, {1, 3, 3, 1}, one_to_nine, {0}, {1, 2, 2, 1});
  CHECK(evaluate(graph, one_to_nine) == std::vector<int8_t>{63, 79, 87, 79});
}

TEST_CASE("convolution_2d spreads a dilated window", "[ops][convolution_2d]") {
  const Graph graph = convolution({{"dilation_height", 2}, {"dilation_width", 2}}, {1, 3, 3, 1}, {1, 2, 2, 1},
                                  {1, 2, 3, 4}, {0}, {1, 1, 1, 1});
  // The corners 1, 3, 7, 9, less the zero point 1.
  CHECK(evaluate(graph, one_to_nine) == std::vector<int8_t>{0 * 1 + 2 * 2 + 6 * 3 + 8 * 4 - 3});
}

TEST_CASE("convolution_2d keeps groups apart", "[ops][convolution_2d]") {
  const Graph graph = convolution({}, {1, 1, 2, 2}, {4, 1, 1, 1}, {1, 2, 3, 4}, {0, 0, 0, 100}, {1, 1, 2, 4});
  CHECK(evaluate(graph, std::vector<int8_t>{2, 3, 4, 5}) ==
        std::vector<int8_t>{-2, -1, 3, 105, 0, 3, 9, 113});
}

TEST_CASE("convolution_2d clamps by its activation", "[ops][convolution_2d]") {
  const auto run = [](Activation activation) {
    const Graph graph = convolution({}, {1, 1, 4, 1}, {1, 1, 1, 1}, {1}, {0}, {1, 1, 4, 1}, activation);
    return evaluate(graph, std::vector<int8_t>{-100, -1, 11, 127});
  };
  CHECK(run(Activation::none) == std::vector<int8_t>{-104, -5, 7, 123});
  CHECK(run(Activation::relu) == std::vector<int8_t>{-3, -3, 7, 123});
  CHECK(run(Activation::relu6) == std::vector<int8_t>{-3, -3, 7, 21});
  CHECK(run(Activation::relu_n1_to_1) == std::vector<int8_t>{-7, -5, 1, 1});
}

TEST_CASE("convolution_2d rounds twice for TFLM and once for LiteRT", "[ops][convolution_2d]") {
  const std::vector<int8_t> input = {-6, -3, -2, -1, 0, 1, 2, 3, 6};
  CHECK(quarter(input, Rounding::tflm) == std::vector<int8_t>{-2, -1, -1, 0, 0, 1, 1, 1, 2});
  CHECK(quarter(input, Rounding::litert) == std::vector<int8_t>{-1, -1, 0, 0, 0, 0, 1, 1, 2});
}

TEST_CASE("convolution_2d scales every output channel on its own", "[ops][convolution_2d]") {
  const Graph graph = one_node(Op::convolution_2d, attributes(Op::convolution_2d, {}),
                               {tensor(DType::s8, {2, 1, 1, 1}, per_tensor(1, 0)),
                                constant<int8_t>(DType::s8, {2, 1, 1, 1}, {{1.0f, 0.5f}, {0, 0}, 0}, {3, 4})},
                               tensor(DType::s8, {2, 1, 1, 2}, per_tensor(0.5f, 0)));
  CHECK(evaluate(graph, std::vector<int8_t>{5, -2}) == std::vector<int8_t>{30, 20, -12, -8});
}

TEST_CASE("convolution_2d pads a SAME window with the odd row after", "[ops][convolution_2d]") {
  const auto read = [](int64_t padding) {
    const FakeSource source({tensor(DType::s8, {1, 6, 9, 1}), tensor(DType::s8, {4, 4, 3, 1})},
                            tensor(DType::s8, {1, 3, 5, 4}),
                            {{"padding", padding},
                             {"stride_h", 2},
                             {"stride_w", 2},
                             {"dilation_h_factor", 1},
                             {"dilation_w_factor", 2},
                             {"fused_activation_function", 3}});
    const auto draft = test::read(tflite::schema::BuiltinOperator::CONV_2D, source);
    REQUIRE(draft.ok());
    CHECK(draft->activation == Activation::relu6);
    std::vector<int32_t> result;
    for (const char* name : {"stride_height", "stride_width", "dilation_height", "dilation_width", "pad_top",
                             "pad_left", "pad_bottom", "pad_right"})
      result.push_back(integer_attribute(draft->attributes, name));
    return result;
  };
  // Rows: 3 windows of 4, 2 apart, span 8 = 6 + 2. Columns: 5 windows of extent 5, 2 apart, span 13 = 9 + 4.
  CHECK(read(0) == std::vector<int32_t>{2, 2, 1, 2, 1, 2, 1, 2});
  CHECK(read(1) == std::vector<int32_t>{2, 2, 1, 2, 0, 0, 0, 0});
}

TEST_CASE("convolution_2d names the rule that a use of it breaks", "[ops][convolution_2d]") {
  const auto broken = [](const std::vector<NamedAttribute>& list, const Shape& weights) {
    const std::vector<int8_t> values(static_cast<size_t>(weights.elements()), 1);
    return findings(convolution(list, {1, 3, 3, 2}, weights, values, {0}, {1, 3, 3, 1}));
  };
  CHECK(broken({}, {1, 1, 1, 2}).empty());
  CHECK_THAT(broken({{"stride_width", 0}}, {1, 1, 1, 2}), Catch::Contains("strides and dilations"));
  CHECK_THAT(broken({{"pad_left", -1}}, {1, 1, 1, 2}), Catch::Contains("strides and dilations"));
  CHECK_THAT(broken({}, {1, 4, 1, 2}), Catch::Contains("no larger than the padded input"));
  CHECK_THAT(broken({}, {1, 1, 1, 3}), Catch::Contains("channels divide"));
  CHECK_THAT(broken({}, {2, 1, 1, 2}), Catch::Contains("bias"));
  CHECK_THAT(broken({{"stride_height", 2}}, {1, 1, 1, 2}), Catch::Contains("[1,2,3,1]"));
}
