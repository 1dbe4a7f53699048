#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

namespace burin {
namespace {

using test::FakeSource;
using test::tensor;

std::vector<int32_t> list_attribute(const Attributes& attributes, std::string_view name) {
  for (const NamedAttribute& attribute : attributes.list())
    if (attribute.name == name) return std::get<std::vector<int32_t>>(attribute.value);
  return {};
}

Tensor indices(const std::vector<int32_t>& values) {
  return test::constant(DType::s32, {static_cast<int32_t>(values.size())}, {}, values);
}

struct Masks {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t ellipsis = 0;
  int64_t new_axis = 0;
  int64_t shrink = 0;
  int64_t offset = 0;
};

// Begin, step and extent of every axis.
using Axes = std::vector<std::vector<int32_t>>;
Axes read_strided(const Shape& shape, const std::vector<int32_t>& begin, const std::vector<int32_t>& end,
                  const std::vector<int32_t>& step, const Masks& masks = {}) {
  const FakeSource source({tensor(DType::s8, shape), indices(begin), indices(end), indices(step)},
                          tensor(DType::s8, {}),
                          {{"begin_mask", masks.begin},
                           {"end_mask", masks.end},
                           {"ellipsis_mask", masks.ellipsis},
                           {"new_axis_mask", masks.new_axis},
                           {"shrink_axis_mask", masks.shrink},
                           {"offset", masks.offset}});
  const Result<NodeDraft> draft = test::read(tflite::schema::BuiltinOperator::STRIDED_SLICE, source);
  REQUIRE(draft);
  return {list_attribute(draft->attributes, "begin"), list_attribute(draft->attributes, "step"),
          list_attribute(draft->attributes, "extent")};
}

}  // namespace

TEST_CASE("STRIDED_SLICE bounds are read as Python reads them", "[ops]") {
  CHECK(read_strided({10}, {2}, {8}, {3}) == Axes{{2}, {3}, {2}});
  CHECK(read_strided({10}, {-3}, {100}, {1}) == Axes{{7}, {1}, {3}});
  CHECK(read_strided({10}, {8}, {1}, {-2}) == Axes{{8}, {-2}, {4}});
  CHECK(read_strided({10}, {100}, {-100}, {-1}) == Axes{{9}, {-1}, {10}});
  CHECK(read_strided({10}, {5}, {2}, {1})[2] == std::vector<int32_t>{0});
}

TEST_CASE("STRIDED_SLICE masks open bounds, drop, add and skip axes", "[ops]") {
  CHECK(read_strided({10}, {4}, {6}, {-1}, {.begin = 1, .end = 1}) == Axes{{9}, {-1}, {10}});
  CHECK(read_strided({4, 5}, {1, 0}, {3, 0}, {1, 1}, {.begin = 2, .end = 2}) == Axes{{1, 0}, {1, 1}, {2, 5}});
  // One row from the end, whatever the end says.
  CHECK(read_strided({4, 5}, {-1, 2}, {0, 4}, {1, 1}, {.shrink = 1}) == Axes{{3, 2}, {1, 1}, {1, 2}});
  // x[..., 1:3]
  CHECK(read_strided({2, 3, 4}, {0, 1}, {0, 3}, {1, 1}, {.ellipsis = 1}) ==
        Axes{{0, 0, 1}, {1, 1, 1}, {2, 3, 2}});
  // x[newaxis, 1:2]: the trailing axis stays whole.
  CHECK(read_strided({2, 3}, {0, 1}, {0, 2}, {1, 1}, {.new_axis = 1}) == Axes{{1, 0}, {1, 1}, {1, 3}});
  CHECK(read_strided({10}, {3}, {4}, {1}, {.offset = 1}) == Axes{{3}, {1}, {4}});
}

TEST_CASE("a slice with bounds that are computed is refused", "[ops]") {
  const FakeSource source({tensor(DType::s8, {4}), tensor(DType::s32, {1}), indices({2}), indices({1})},
                          tensor(DType::s8, {2}), {});
  CHECK_FALSE(test::read(tflite::schema::BuiltinOperator::STRIDED_SLICE, source));
  const FakeSource block({tensor(DType::s8, {4}), tensor(DType::s32, {1}), indices({2})},
                         tensor(DType::s8, {2}), {});
  CHECK_FALSE(test::read(tflite::schema::BuiltinOperator::SLICE, block));
}

TEST_CASE("SLICE takes -1 for all that is left", "[ops]") {
  const FakeSource source({tensor(DType::s8, {4, 6}), indices({1, 2}), indices({-1, 3})},
                          tensor(DType::s8, {3, 3}), {});
  const Result<NodeDraft> draft = test::read(tflite::schema::BuiltinOperator::SLICE, source);
  REQUIRE(draft);
  CHECK(draft->inputs.size() == 1);
  CHECK(list_attribute(draft->attributes, "extent") == std::vector<int32_t>{3, 3});
}

TEST_CASE("slices move the elements that they name", "[ops]") {
  const Attributes attributes = test::attributes(Op::strided_slice, {{"begin", std::vector<int32_t>{2, 0}},
                                                                     {"step", std::vector<int32_t>{-2, 1}},
                                                                     {"extent", std::vector<int32_t>{2, 3}}});
  const Graph graph =
      test::one_node(Op::strided_slice, attributes, {tensor(DType::s16, {3, 4})}, tensor(DType::s16, {2, 3}));
  CHECK(test::evaluate<int16_t>(graph, {0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23}) ==
        std::vector<int16_t>{20, 21, 22, 0, 1, 2});
}

TEST_CASE("a slice beyond its input is refused", "[ops]") {
  const auto findings = [](int32_t begin, int32_t step, int32_t extent) {
    const Attributes attributes =
        test::attributes(Op::strided_slice, {{"begin", std::vector<int32_t>{begin}},
                                             {"step", std::vector<int32_t>{step}},
                                             {"extent", std::vector<int32_t>{extent}}});
    return test::findings(
        test::one_node(Op::strided_slice, attributes, {tensor(DType::s8, {5})}, tensor(DType::s8, {extent})));
  };
  CHECK(findings(1, 2, 2).empty());
  CHECK_FALSE(findings(1, 2, 3).empty());
  CHECK_FALSE(findings(0, -1, 2).empty());
  CHECK_FALSE(findings(-1, 1, 2).empty());
  CHECK_FALSE(findings(5, 1, 1).empty());
  CHECK_FALSE(findings(0, 1, 0).empty());
}

TEST_CASE("TRANSPOSE puts axes in another order", "[ops]") {
  const Attributes attributes =
      test::attributes(Op::transpose, {{"permutation", std::vector<int32_t>{2, 0, 1}}});
  const Graph graph =
      test::one_node(Op::transpose, attributes, {tensor(DType::u8, {2, 3, 2})}, tensor(DType::u8, {2, 2, 3}));
  CHECK(test::evaluate<uint8_t>(graph, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}) ==
        std::vector<uint8_t>{0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11});
}

}  // namespace burin
