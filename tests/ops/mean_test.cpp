#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

using namespace burin;
using namespace burin::test;

namespace {

Graph mean(const std::vector<int32_t>& axes, bool keep_dims, const Shape& input, const Shape& output,
           const Quantization& from = per_tensor(0.5f, 0), const Quantization& to = per_tensor(0.5f, 0)) {
  return one_node(Op::mean, attributes(Op::mean, {{"axes", axes}, {"keep_dims", keep_dims}}),
                  {tensor(DType::s8, input, from)}, tensor(DType::s8, output, to));
}

}  // namespace

TEST_CASE("mean averages over height and width", "[ops][mean]") {
  const Graph graph = mean({1, 2}, false, {1, 2, 2, 2}, {1, 2});
  CHECK(evaluate(graph, std::vector<int8_t>{1, 10, 2, 20, 4, 30, 4, 43}) == std::vector<int8_t>{3, 26});
}

TEST_CASE("mean averages over any axes", "[ops][mean]") {
  std::vector<int8_t> input(12);
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<int8_t>(i);
  CHECK(evaluate(mean({-1}, true, {2, 2, 3}, {2, 2, 1}), input) == std::vector<int8_t>{1, 4, 7, 10});
  CHECK(evaluate(mean({0}, false, {2, 2, 3}, {2, 3}), input) == std::vector<int8_t>{3, 4, 5, 6, 7, 8});
  CHECK(evaluate(mean({0, 2, -1}, false, {2, 2, 3}, {2}), input) == std::vector<int8_t>{4, 7});
  CHECK(evaluate(mean({}, false, {2, 2, 3}, {2, 2, 3}), input) == input);
}

TEST_CASE("mean rounds twice for TFLM and once for LiteRT", "[ops][mean]") {
  const Graph graph = mean({1}, true, {4, 4}, {4, 1});
  // Sums 10, -10, 11 and 5 of four elements.
  const std::vector<int8_t> input = {1, 2, 3, 4, -1, -2, -3, -4, 11, 0, 0, 0, 5, 0, 0, 0};
  CHECK(evaluate(graph, input, Rounding::tflm) == std::vector<int8_t>{3, -3, 3, 2});
  CHECK(evaluate(graph, input, Rounding::litert) == std::vector<int8_t>{3, -2, 3, 1});
}

TEST_CASE("mean changes scale and zero point", "[ops][mean]") {
  const Graph graph = mean({1}, false, {2, 3}, {2}, per_tensor(1, 10), per_tensor(0.5f, -20));
  // Means 20 and 120 real; twice that, less 20, is 20 and beyond 127.
  CHECK(evaluate(graph, std::vector<int8_t>{20, 30, 40, 127, 127, 126}) == std::vector<int8_t>{20, 127});
}

TEST_CASE("mean reads its axes from the second operand", "[ops][mean]") {
  const FakeSource constant_axes(
      {tensor(DType::s8, {1, 2, 3, 4}), constant<int32_t>(DType::s32, {2}, {}, {1, -2})},
      tensor(DType::s8, {1, 4}), {{"keep_dims", 0}});
  const auto draft = test::read(tflite::schema::BuiltinOperator::MEAN, constant_axes);
  REQUIRE(draft.ok());
  CHECK(draft->inputs.size() == 1);
  CHECK(draft->attributes == attributes(Op::mean, {{"axes", std::vector<int32_t>{1, -2}}}));
  const FakeSource computed_axes({tensor(DType::s8, {1, 2, 3, 4}), tensor(DType::s32, {2})},
                                 tensor(DType::s8, {1, 4}), {{"keep_dims", 0}});
  CHECK_FALSE(test::read(tflite::schema::BuiltinOperator::MEAN, computed_axes).ok());
}

TEST_CASE("mean names the rule that a use of it breaks", "[ops][mean]") {
  CHECK_THAT(findings(mean({3}, false, {2, 2, 2}, {2})), Catch::Contains("within the input's rank"));
  CHECK_THAT(findings(mean({0, 2, 4}, true, {2, 2, 2, 2, 2}, {1, 2, 1, 2, 1})),
             Catch::Contains("two runs of neighbors"));
  CHECK_THAT(findings(mean({0}, true, {2, 2}, {2, 2})), Catch::Contains("[1,2]"));
}
