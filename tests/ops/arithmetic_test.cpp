// Operators on real numbers, integers and booleans: functions, arithmetic, relations, conversions,
// reductions.
#include <cmath>
#include <limits>

#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Attributes attributes(Op op, const std::vector<NamedAttribute>& list) {
  std::string error;
  return operator_of(op).parse_attributes(list, error);
}

std::vector<float> of_floats(Op op, const std::vector<float>& x) {
  const Shape shape{static_cast<int32_t>(x.size())};
  return evaluate<float>(one_node(op, {{DType::f32, shape}}, {DType::f32, shape}), x);
}

template <class Number>
std::vector<Number> of_pairs(Op op, DType dtype, const std::vector<Number>& x, const std::vector<Number>& y) {
  const Shape shape{static_cast<int32_t>(x.size())};
  return evaluate<Number>(
      one_node(op, {{dtype, shape}, {dtype, {static_cast<int32_t>(y.size())}}}, {dtype, shape}), x, y);
}

}  // namespace

TEST_CASE("functions of real numbers", "[functions]") {
  CHECK(of_floats(Op::abs, {-2, 0, 3}) == std::vector<float>{2, 0, 3});
  CHECK(of_floats(Op::neg, {-2, 3}) == std::vector<float>{2, -3});
  CHECK(of_floats(Op::square, {-2, 3}) == std::vector<float>{4, 9});
  CHECK(of_floats(Op::sqrt, {4, 9}) == std::vector<float>{2, 3});
  CHECK(of_floats(Op::rsqrt, {4, 0.25f}) == std::vector<float>{0.5f, 2});
  CHECK(of_floats(Op::floor, {-1.5f, 1.5f}) == std::vector<float>{-2, 1});
  CHECK(of_floats(Op::ceil, {-1.5f, 1.5f}) == std::vector<float>{-1, 2});
  CHECK(of_floats(Op::round, {-1.5f, -0.5f, 0.5f, 1.5f, 2.5f, 2.6f}) ==
        std::vector<float>{-2, 0, 0, 2, 2, 3});
  CHECK(of_floats(Op::exp, {0, 1})[1] == Approx(2.718282));
  CHECK(of_floats(Op::log, {1, 10})[1] == Approx(2.302585));
  CHECK(of_floats(Op::sin, {0, 1})[1] == Approx(0.841471));
  CHECK(of_floats(Op::cos, {0, 1})[1] == Approx(0.540302));
  CHECK(of_floats(Op::elu, {-1, 2})[0] == Approx(-0.632121));
}

TEST_CASE("abs and elu of int8", "[functions]") {
  const Operand from{DType::s8, {3}, quantized(0.5f, 2)};
  const Operand to{DType::s8, {3}, quantized(1, -3)};
  // (-128 - 2) * 0.5 is 65 without its sign, and -1 as an exponential's end; (10 - 2) * 0.5 is 4.
  CHECK(evaluate<int8_t>(one_node(Op::abs, {from}, to), std::vector<int8_t>{-128, 2, 10}) ==
        std::vector<int8_t>{62, -3, 1});
  CHECK(evaluate<int8_t>(one_node(Op::elu, {from}, to), std::vector<int8_t>{-128, 2, 10}) ==
        std::vector<int8_t>{-4, -3, 1});
}

TEST_CASE("integers are divided towards zero or down, and wrap", "[arithmetic]") {
  const std::vector<int32_t> x{7, -7, 7, -7, INT32_MIN, 5};
  const std::vector<int32_t> y{2, 2, -2, -2, -1, 0};
  CHECK(of_pairs(Op::div, DType::s32, x, y) == std::vector<int32_t>{3, -3, -3, 3, INT32_MIN, 0});
  CHECK(of_pairs(Op::floor_div, DType::s32, x, y) == std::vector<int32_t>{3, -4, -4, 3, INT32_MIN, 0});
  CHECK(of_pairs(Op::floor_mod, DType::s32, x, y) == std::vector<int32_t>{1, 1, -1, -1, 0, 0});
  CHECK(of_pairs(Op::add, DType::s32, {INT32_MAX}, std::vector<int32_t>{1}) ==
        std::vector<int32_t>{INT32_MIN});
  CHECK(of_pairs(Op::sub, DType::s32, {3}, std::vector<int32_t>{5}) == std::vector<int32_t>{-2});
  CHECK(of_pairs(Op::mul, DType::s64, {int64_t{1} << 40}, std::vector<int64_t>{3}) ==
        std::vector<int64_t>{int64_t{3} << 40});
  CHECK(of_pairs(Op::squared_difference, DType::s32, {2}, std::vector<int32_t>{5}) ==
        std::vector<int32_t>{9});
}

TEST_CASE("quotients and squared differences of real numbers", "[arithmetic]") {
  CHECK(of_pairs(Op::div, DType::f32, {1, -3}, std::vector<float>{2}) == std::vector<float>{0.5f, -1.5f});
  CHECK(of_pairs(Op::floor_div, DType::f32, {7, -7}, std::vector<float>{2}) == std::vector<float>{3, -4});
  CHECK(of_pairs(Op::floor_mod, DType::f32, {7, -7}, std::vector<float>{4}) == std::vector<float>{3, 1});
  CHECK(of_pairs(Op::squared_difference, DType::f32, {1, 5}, std::vector<float>{3}) ==
        std::vector<float>{4, 4});
  CHECK(of_pairs(Op::prelu, DType::f32, {-2, 2}, std::vector<float>{0.25f}) == std::vector<float>{-0.5f, 2});
}

TEST_CASE("prelu of int8", "[arithmetic]") {
  // -4 * 0.5 * 3 * 0.1 = -0.6, in steps of 0.2; 6 * 0.5 = 3.
  const Graph graph =
      one_node(Op::prelu, {{DType::s8, {2}, quantized(0.5f, 1)}, {DType::s8, {1}, quantized(0.1f, 2)}},
               {DType::s8, {2}, quantized(0.2f, -7)});
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{-3, 7}, std::vector<int8_t>{5}) ==
        std::vector<int8_t>{-10, 8});
}

TEST_CASE("relations give booleans", "[comparison]") {
  const auto relation = [](Op op) {
    return evaluate<uint8_t>(one_node(op, {{DType::f32, {3}}, {DType::f32, {1}}}, {DType::boolean, {3}}),
                             std::vector<float>{1, 2, 3}, std::vector<float>{2});
  };
  CHECK(relation(Op::equal) == std::vector<uint8_t>{0, 1, 0});
  CHECK(relation(Op::not_equal) == std::vector<uint8_t>{1, 0, 1});
  CHECK(relation(Op::greater) == std::vector<uint8_t>{0, 0, 1});
  CHECK(relation(Op::greater_equal) == std::vector<uint8_t>{0, 1, 1});
  CHECK(relation(Op::less) == std::vector<uint8_t>{1, 0, 0});
  CHECK(relation(Op::less_equal) == std::vector<uint8_t>{1, 1, 0});
  CHECK(of_pairs(Op::logical_and, DType::boolean, {0, 1, 1}, std::vector<uint8_t>{1, 0, 1}) ==
        std::vector<uint8_t>{0, 0, 1});
  CHECK(of_pairs(Op::logical_or, DType::boolean, {0, 1, 1}, std::vector<uint8_t>{0, 0, 1}) ==
        std::vector<uint8_t>{0, 1, 1});
}

TEST_CASE("logical_not turns booleans around", "[comparison]") {
  CHECK(evaluate<uint8_t>(one_node(Op::logical_not, {{DType::boolean, {3}}}, {DType::boolean, {3}}),
                          std::vector<uint8_t>{0, 1, 7}) == std::vector<uint8_t>{1, 0, 0});
}

TEST_CASE("l2_normalization makes vectors of length 1", "[functions]") {
  CHECK(evaluate<float>(one_node(Op::l2_normalization, {{DType::f32, {2, 2}}}, {DType::f32, {2, 2}}),
                        std::vector<float>{3, 4, 0, 0}) == std::vector<float>{0.6f, 0.8f, 0, 0});
}

TEST_CASE("select_v2 chooses with broadcasting", "[select]") {
  const Graph graph = one_node(Op::select_v2, {{DType::boolean, {2, 1}}, {DType::s32, {3}}, {DType::s32, {}}},
                               {DType::s32, {2, 3}});
  CHECK(evaluate<int32_t>(graph, std::vector<uint8_t>{0, 1}, std::vector<int32_t>{1, 2, 3},
                          std::vector<int32_t>{9}) == std::vector<int32_t>{9, 9, 9, 1, 2, 3});
}

TEST_CASE("cast cuts off, saturates and wraps", "[cast]") {
  const auto graph = [](DType from, DType to, int32_t n) {
    return one_node(Op::cast, {{from, {n}}}, {to, {n}});
  };
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(
      evaluate<int8_t>(graph(DType::f32, DType::s8, 5), std::vector<float>{1.9f, -1.9f, 1e9f, -1e9f, nan}) ==
      std::vector<int8_t>{1, -1, 127, -128, 0});
  CHECK(evaluate<int64_t>(graph(DType::f32, DType::s64, 2), std::vector<float>{1e30f, -3}) ==
        std::vector<int64_t>{INT64_MAX, -3});
  CHECK(evaluate<int8_t>(graph(DType::s32, DType::s8, 2), std::vector<int32_t>{257, -1}) ==
        std::vector<int8_t>{1, -1});
  CHECK(evaluate<float>(graph(DType::boolean, DType::f32, 2), std::vector<uint8_t>{0, 1}) ==
        std::vector<float>{0, 1});
  CHECK(evaluate<uint8_t>(graph(DType::s32, DType::boolean, 2), std::vector<int32_t>{0, 256}) ==
        std::vector<uint8_t>{0, 1});
}

TEST_CASE("reductions over some dimensions", "[reduction]") {
  const std::vector<int32_t> x{1, 5, 2, 4, 3, 6};
  const auto reduced = [&](Op op, std::vector<int32_t> axes, Shape to, bool keep) {
    return evaluate<int32_t>(one_node(op, {{DType::s32, {2, 3}}}, {DType::s32, std::move(to)},
                                      attributes(op, {{"axes", axes}, {"keep_dims", keep}})),
                             x);
  };
  CHECK(reduced(Op::sum, {1}, {2}, false) == std::vector<int32_t>{8, 13});
  CHECK(reduced(Op::sum, {0, 1}, {1, 1}, true) == std::vector<int32_t>{21});
  CHECK(reduced(Op::reduce_max, {0}, {3}, false) == std::vector<int32_t>{4, 5, 6});
  CHECK(reduced(Op::reduce_min, {1}, {2, 1}, true) == std::vector<int32_t>{1, 3});
  CHECK(reduced(Op::reduce_prod, {1}, {2}, false) == std::vector<int32_t>{10, 72});
  CHECK(reduced(Op::reduce_prod, {}, {2, 3}, false) == x);
}

TEST_CASE("sums of int8 are scaled", "[reduction]") {
  // (1 + 5 + 2 - 3 * 1) * 0.5 = 2.5, in steps of 0.25 from -4
  const Graph graph =
      one_node(Op::sum, {{DType::s8, {1, 3}, quantized(0.5f, 1)}}, {DType::s8, {1}, quantized(0.25f, -4)},
               attributes(Op::sum, {{"axes", std::vector<int32_t>{1}}}));
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{1, 5, 2}) == std::vector<int8_t>{6});
}

TEST_CASE("arg_max and arg_min give the first of equal elements", "[argument]") {
  const std::vector<float> x{1, 5, 5, 4, 0, 0};
  const auto place = [&](Op op) {
    return evaluate<int64_t>(
        one_node(op, {{DType::f32, {2, 3}}}, {DType::s64, {2}}, attributes(op, {{"axis", 1}})), x);
  };
  CHECK(place(Op::arg_max) == std::vector<int64_t>{1, 0});
  CHECK(place(Op::arg_min) == std::vector<int64_t>{0, 1});
}

TEST_CASE("batch_matmul multiplies stored and transposed matrices", "[batch_matmul]") {
  const auto product = [](bool adj_x, bool adj_y) {
    return evaluate<float>(
        one_node(Op::batch_matmul, {{DType::f32, {2, 2}}, {DType::f32, {2, 2}}}, {DType::f32, {2, 2}},
                 attributes(Op::batch_matmul, {{"adj_x", adj_x}, {"adj_y", adj_y}})),
        std::vector<float>{1, 2, 3, 4}, std::vector<float>{5, 6, 7, 8});
  };
  CHECK(product(false, false) == std::vector<float>{19, 22, 43, 50});
  CHECK(product(true, false) == std::vector<float>{26, 30, 38, 44});
  CHECK(product(false, true) == std::vector<float>{17, 23, 39, 53});
  // (3 - 1) * 0.5 * (4 - 2) * 0.25 + (1 - 1) * ... = 0.5, in steps of 0.1
  CHECK(evaluate<int8_t>(
            one_node(Op::batch_matmul,
                     {{DType::s8, {1, 2}, quantized(0.5f, 1)}, {DType::s8, {2, 1}, quantized(0.25f, 2)}},
                     {DType::s8, {1, 1}, quantized(0.1f, 0)}, attributes(Op::batch_matmul, {})),
            std::vector<int8_t>{3, 1}, std::vector<int8_t>{4, 100}) == std::vector<int8_t>{5});
}

}  // namespace burin::test
