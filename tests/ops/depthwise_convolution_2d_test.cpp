#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

using namespace burin;
using namespace burin::test;

namespace {

// Scales are such that accumulators reach the output unscaled, apart from its zero point 2.
Graph depthwise(const std::vector<NamedAttribute>& list, const Shape& input, const Shape& weights,
                const std::vector<int8_t>& values, const std::vector<int32_t>& bias, const Shape& output) {
  return one_node(Op::depthwise_convolution_2d, attributes(Op::depthwise_convolution_2d, list),
                  {tensor(DType::s8, input, per_tensor(0.5f, -1)),
                   constant(DType::s8, weights, per_tensor(0.5f, 0), values),
                   constant(DType::s32, {static_cast<int32_t>(bias.size())}, {}, bias)},
                  tensor(DType::s8, output, per_tensor(0.25f, 2)));
}

}  // namespace

TEST_CASE("depthwise_convolution_2d keeps channels apart", "[ops][depthwise_convolution_2d]") {
  const Graph graph =
      depthwise({}, {1, 2, 2, 2}, {1, 2, 2, 2}, {1, 10, 2, 10, 3, 10, 4, 10}, {0, -100}, {1, 1, 1, 2});
  // Channel 0 holds 1, 3, 5, 7 and channel 1 holds 0, 1, 0, 2; the zero point adds 1 to each.
  CHECK(evaluate(graph, std::vector<int8_t>{1, 0, 3, 1, 5, 0, 7, 2}) ==
        std::vector<int8_t>{2 * 1 + 4 * 2 + 6 * 3 + 8 * 4 + 2, 10 * (1 + 2 + 1 + 3) - 100 + 2});
}

TEST_CASE("depthwise_convolution_2d makes several outputs of a channel", "[ops][depthwise_convolution_2d]") {
  const Graph graph =
      depthwise({}, {1, 1, 2, 2}, {1, 1, 1, 6}, {1, 2, 3, 4, 5, 6}, {0, 0, 0, 0, 0, 50}, {1, 1, 2, 6});
  CHECK(evaluate(graph, std::vector<int8_t>{0, 1, 2, 3}) ==
        std::vector<int8_t>{3, 4, 5, 10, 12, 64, 5, 8, 11, 18, 22, 76});
}

TEST_CASE("depthwise_convolution_2d takes the zero point outside of the image",
          "[ops][depthwise_convolution_2d]") {
  const Graph graph = depthwise({{"pad_left", 1}, {"pad_right", 1}, {"dilation_width", 2}}, {1, 1, 3, 1},
                                {1, 1, 2, 1}, {1, 10}, {0}, {1, 1, 3, 1});
  // Taps at x - 1 and x + 1; less the zero point the image is 2, 3, 4.
  CHECK(evaluate(graph, std::vector<int8_t>{1, 2, 3}) == std::vector<int8_t>{30 + 2, 2 + 40 + 2, 3 + 2});
}

TEST_CASE("depthwise_convolution_2d scales every output channel on its own",
          "[ops][depthwise_convolution_2d]") {
  const Graph graph = one_node(Op::depthwise_convolution_2d, attributes(Op::depthwise_convolution_2d, {}),
                               {tensor(DType::s8, {1, 1, 1, 2}, per_tensor(1, 0)),
                                constant<int8_t>(DType::s8, {1, 1, 1, 2}, {{1.0f, 0.5f}, {0, 0}, 3}, {3, 4})},
                               tensor(DType::s8, {1, 1, 1, 2}, per_tensor(0.5f, 0)), Activation::relu);
  CHECK(evaluate(graph, std::vector<int8_t>{5, -2}) == std::vector<int8_t>{30, 0});
}

TEST_CASE("depthwise_convolution_2d names the rule that a use of it breaks",
          "[ops][depthwise_convolution_2d]") {
  CHECK_THAT(findings(depthwise({}, {1, 2, 2, 2}, {1, 1, 1, 3}, {1, 1, 1}, {0, 0, 0}, {1, 2, 2, 3})),
             Catch::Contains("multiple of the input channels"));
  CHECK_THAT(findings(depthwise({}, {1, 2, 2, 1}, {2, 1, 1, 1}, {1, 1}, {0}, {1, 2, 2, 1})),
             Catch::Contains("first dimension 1"));
}
