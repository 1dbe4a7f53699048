#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Graph reshaping(Op op, Shape from, Shape to, DType dtype = DType::s8) {
  return one_node(op, {{dtype, std::move(from)}}, {dtype, std::move(to)});
}

}  // namespace

TEST_CASE("reshape keeps the elements in order", "[reshape]") {
  const std::vector<int8_t> elements{1, 2, 3, 4, 5, 6};
  CHECK(evaluate<int8_t>(reshaping(Op::reshape, {2, 3}, {3, 1, 2}), elements) == elements);
  CHECK(evaluate<int8_t>(reshaping(Op::expand_dims, {2, 3}, {2, 1, 3}), elements) == elements);
  CHECK(evaluate<int8_t>(reshaping(Op::squeeze, {1, 2, 1, 3}, {2, 3}), elements) == elements);
  const std::vector<float> reals{1.5f, -2};
  CHECK(evaluate<float>(reshaping(Op::reshape, {2}, {1, 2}, DType::f32), reals) == reals);
}

TEST_CASE("reshape refuses another number of elements", "[reshape]") {
  CHECK_THAT(refusal(reshaping(Op::reshape, {2, 3}, {4})), Catch::Contains("as many elements"));
}

TEST_CASE("expand_dims inserts one dimension", "[expand_dims]") {
  for (const Shape& to : {Shape{1, 1, 3}, Shape{1, 3, 1}})
    CHECK(refusal(reshaping(Op::expand_dims, {1, 3}, to)).empty());
  CHECK(refusal(reshaping(Op::expand_dims, {}, {1})).empty());
  CHECK(refusal(reshaping(Op::expand_dims, {2, 3}, {2, 3, 1})).empty());
  CHECK_THAT(refusal(reshaping(Op::expand_dims, {2, 3}, {3, 1, 2})), Catch::Contains("one more, of 1"));
  CHECK_THAT(refusal(reshaping(Op::expand_dims, {2, 3}, {1, 1, 2, 3})), Catch::Contains("one more, of 1"));
}

TEST_CASE("squeeze removes dimensions of 1", "[squeeze]") {
  CHECK(refusal(reshaping(Op::squeeze, {1, 2, 1}, {2, 1})).empty());
  CHECK(refusal(reshaping(Op::squeeze, {1, 1, 1}, {})).empty());
  CHECK_THAT(refusal(reshaping(Op::squeeze, {1, 2, 3}, {3, 2})), Catch::Contains("that are 1"));
}

}  // namespace burin::test
