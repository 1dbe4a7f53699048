#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

using namespace burin;
using namespace burin::test;

namespace {

Graph pad(const std::vector<int32_t>& paddings, const Shape& input, const Shape& output) {
  return one_node(Op::pad, attributes(Op::pad, {{"paddings", paddings}}),
                  {tensor(DType::s8, input, per_tensor(0.5f, -7))},
                  tensor(DType::s8, output, per_tensor(0.5f, -7)));
}

}  // namespace

TEST_CASE("pad surrounds an image with the zero point", "[ops][pad]") {
  const Graph graph = pad({0, 0, 1, 0, 0, 1, 0, 0}, {1, 1, 2, 2}, {1, 2, 3, 2});
  CHECK(evaluate(graph, std::vector<int8_t>{1, 2, 3, 4}) ==
        std::vector<int8_t>{-7, -7, -7, -7, -7, -7, 1, 2, 3, 4, -7, -7});
}

TEST_CASE("pad pads every dimension of any rank", "[ops][pad]") {
  CHECK(evaluate(pad({2, 1}, {2}, {5}), std::vector<int8_t>{1, 2}) == std::vector<int8_t>{-7, -7, 1, 2, -7});
  CHECK(evaluate(pad({1, 0, 0, 0, 0, 0, 1, 1}, {1, 1, 2, 1}, {2, 1, 2, 3}), std::vector<int8_t>{1, 2}) ==
        std::vector<int8_t>{-7, -7, -7, -7, -7, -7, -7, 1, -7, -7, 2, -7});
}

TEST_CASE("pad reads its paddings from the second operand", "[ops][pad]") {
  const FakeSource constant_paddings(
      {tensor(DType::s8, {3, 4}), constant<int32_t>(DType::s32, {2, 2}, {}, {1, 2, 0, 3})},
      tensor(DType::s8, {6, 7}), {});
  const auto draft = test::read(tflite::schema::BuiltinOperator::PAD, constant_paddings);
  REQUIRE(draft.ok());
  CHECK(draft->inputs.size() == 1);
  CHECK(draft->attributes == attributes(Op::pad, {{"paddings", std::vector<int32_t>{1, 2, 0, 3}}}));
  const FakeSource computed({tensor(DType::s8, {3, 4}), tensor(DType::s32, {2, 2})},
                            tensor(DType::s8, {6, 7}), {});
  CHECK_FALSE(test::read(tflite::schema::BuiltinOperator::PAD, computed).ok());
}

TEST_CASE("pad names the rule that a use of it breaks", "[ops][pad]") {
  CHECK_THAT(findings(pad({1, 0}, {2, 2}, {3, 2})), Catch::Contains("two for every dimension"));
  CHECK_THAT(findings(pad({-1, 0}, {2}, {1})), Catch::Contains("0 to 65535"));
  CHECK_THAT(findings(pad({1, 0}, {2}, {2})), Catch::Contains("[3]"));
}
