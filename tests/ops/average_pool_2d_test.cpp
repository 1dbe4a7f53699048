#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

using namespace burin;
using namespace burin::test;

namespace {

Graph pool(const std::vector<NamedAttribute>& list, const Shape& input, const Shape& output,
           Activation activation = Activation::none) {
  return one_node(Op::average_pool_2d, attributes(Op::average_pool_2d, list),
                  {tensor(DType::s8, input, per_tensor(0.5f, -3))},
                  tensor(DType::s8, output, per_tensor(0.5f, -3)), activation);
}

}  // namespace

TEST_CASE("average_pool_2d rounds halves away from zero", "[ops][average_pool_2d]") {
  const Graph graph = pool({{"window_width", 2}, {"stride_width", 2}}, {1, 1, 12, 1}, {1, 1, 6, 1});
  CHECK(evaluate(graph, std::vector<int8_t>{1, 2, -1, -2, 3, 3, -1, 0, 127, 127, -128, -127}) ==
        std::vector<int8_t>{2, -2, 3, -1, 127, -128});
}

TEST_CASE("average_pool_2d divides by the elements inside the image", "[ops][average_pool_2d]") {
  const Graph graph = pool({{"window_height", 2},
                            {"window_width", 2},
                            {"pad_top", 1},
                            {"pad_left", 1},
                            {"pad_bottom", 1},
                            {"pad_right", 1}},
                           {1, 2, 2, 1}, {1, 3, 3, 1});
  CHECK(evaluate(graph, std::vector<int8_t>{10, 20, 30, 47}) ==
        std::vector<int8_t>{10, 15, 20, 20, 27, 34, 30, 39, 47});
}

TEST_CASE("average_pool_2d keeps channels and images apart", "[ops][average_pool_2d]") {
  const Graph graph = pool({{"window_height", 2}}, {2, 2, 1, 2}, {2, 1, 1, 2});
  CHECK(evaluate(graph, std::vector<int8_t>{1, 10, 3, 20, 5, 30, 7, 50}) ==
        std::vector<int8_t>{2, 15, 6, 40});
}

TEST_CASE("average_pool_2d clamps by its activation", "[ops][average_pool_2d]") {
  const std::vector<int8_t> input = {-50, -4, -3, 5, 100};
  CHECK(evaluate(pool({}, {1, 1, 5, 1}, {1, 1, 5, 1}, Activation::relu6), input) ==
        std::vector<int8_t>{-3, -3, -3, 5, 9});
}

TEST_CASE("average_pool_2d reads a SAME window", "[ops][average_pool_2d]") {
  const FakeSource source({tensor(DType::s8, {1, 5, 4, 1})}, tensor(DType::s8, {1, 3, 2, 1}),
                          {{"padding", 0},
                           {"stride_h", 2},
                           {"stride_w", 3},
                           {"filter_height", 3},
                           {"filter_width", 2},
                           {"fused_activation_function", 1}});
  const auto draft = test::read(tflite::schema::BuiltinOperator::AVERAGE_POOL_2D, source);
  REQUIRE(draft.ok());
  std::vector<int32_t> values;
  for (const char* name : {"window_height", "window_width", "stride_height", "stride_width", "pad_top",
                           "pad_bottom", "pad_left", "pad_right"})
    values.push_back(integer_attribute(draft->attributes, name));
  CHECK(values == std::vector<int32_t>{3, 2, 2, 3, 1, 1, 0, 1});
  CHECK(draft->activation == Activation::relu);
}

TEST_CASE("average_pool_2d names the rule that a use of it breaks", "[ops][average_pool_2d]") {
  const auto broken = [](const std::vector<NamedAttribute>& list) {
    return findings(pool(list, {1, 2, 2, 1}, {1, 2, 2, 1}));
  };
  CHECK(broken({}).empty());
  CHECK_THAT(broken({{"window_width", 0}}), Catch::Contains("at least 1"));
  CHECK_THAT(broken({{"pad_bottom", 1}}), Catch::Contains("smaller than the window"));
  CHECK_THAT(broken({{"window_width", 3}}), Catch::Contains("no larger than the padded input"));
  Graph other_scale = pool({}, {1, 2, 2, 1}, {1, 2, 2, 1});
  other_scale.tensors[1].quantization.scales = {0.25f};
  CHECK_THAT(findings(other_scale), Catch::Contains("in the same way"));
}

TEST_CASE("average_pool_2d may round halves to even distances from the zero point",
          "[ops][average_pool_2d]") {
  // The zero point is -3: 1.5, 2.5, 3.5 and -1.5 from it go to 2, 2, 4 and -2.
  const Graph graph =
      pool({{"window_width", 2}, {"stride_width", 2}, {"halves_to_even", true}}, {1, 1, 10, 1}, {1, 1, 5, 1});
  CHECK(evaluate(graph, std::vector<int8_t>{-2, -1, -1, 0, 0, 1, -5, -4, 7, 7}) ==
        std::vector<int8_t>{-1, -1, 1, -5, 7});
}
