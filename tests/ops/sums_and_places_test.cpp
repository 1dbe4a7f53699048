// CUMSUM, ADD_N, DYNAMIC_UPDATE_SLICE and BROADCAST_ARGS on values known from the definitions.
#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Operand integers(Shape shape) {
  return {DType::s32, std::move(shape)};
}
Operand reals(Shape shape) {
  return {DType::f32, std::move(shape)};
}

using Numbers = std::vector<int32_t>;

}  // namespace

TEST_CASE("DYNAMIC_UPDATE_SLICE moves what would not lie within", "[ops]") {
  const Graph graph = one_node(Op::dynamic_update_slice, {integers({2, 3}), integers({1, 2}), integers({2})},
                               integers({2, 3}));
  const Numbers operand{1, 2, 3, 4, 5, 6};
  CHECK(evaluate<int32_t>(graph, operand, Numbers{8, 9}, Numbers{1, 0}) == Numbers{1, 2, 3, 8, 9, 6});
  CHECK(evaluate<int32_t>(graph, operand, Numbers{8, 9}, Numbers{-3, 2}) == Numbers{1, 8, 9, 4, 5, 6});
}

TEST_CASE("BROADCAST_ARGS aligns at the last dimension", "[ops]") {
  CHECK(evaluate<int32_t>(one_node(Op::broadcast_args, {integers({3}), integers({2})}, integers({3})),
                          Numbers{4, 1, 5}, Numbers{7, 1}) == Numbers{4, 7, 5});
}

TEST_CASE("CUMSUM, exclusive and from the end", "[ops]") {
  const auto sums = [](bool exclusive, bool reverse) {
    return evaluate<int32_t>(
        one_node(Op::cumsum, {integers({2, 3})}, integers({2, 3}),
                 attributes_of(Op::cumsum, {{"axis", 1}, {"exclusive", exclusive}, {"reverse", reverse}})),
        Numbers{1, 2, 3, 10, 20, 30});
  };
  CHECK(sums(false, false) == Numbers{1, 3, 6, 10, 30, 60});
  CHECK(sums(true, false) == Numbers{0, 1, 3, 0, 10, 30});
  CHECK(sums(false, true) == Numbers{6, 5, 3, 60, 50, 30});
  CHECK(sums(true, true) == Numbers{5, 3, 0, 50, 30, 0});
  const Operand s8{DType::s8, {3}, quantized(0.5f, 0)};
  const Operand coarse{DType::s8, {3}, quantized(1, 1)};
  CHECK(evaluate<int8_t>(
            one_node(Op::cumsum, {s8}, coarse,
                     attributes_of(Op::cumsum, {{"axis", 0}, {"exclusive", false}, {"reverse", false}})),
            std::vector<int8_t>{4, 6, -30}) == std::vector<int8_t>{3, 6, -9});
}

TEST_CASE("ADD_N adds all, and of int8 the zero point once more than it should", "[ops]") {
  CHECK(evaluate<float>(one_node(Op::add_n, {reals({2}), reals({2}), reals({2})}, reals({2})),
                        std::vector<float>{1, 2}, std::vector<float>{10, 20},
                        std::vector<float>{100, 200}) == std::vector<float>{111, 222});
  const auto sum = [](int32_t zero_point) {
    const Operand term{DType::s8, {1}, quantized(0.5f, zero_point)};
    return evaluate<int8_t>(one_node(Op::add_n, {term, term}, {DType::s8, {1}, quantized(0.5f, 0)}),
                            std::vector<int8_t>{20}, std::vector<int8_t>{30});
  };
  CHECK(sum(0) == std::vector<int8_t>{50});
  // 20 - 10 + 30 - 10, and -10 for the term of 0 that the reference starts with.
  CHECK(sum(10) == std::vector<int8_t>{20});
}

}  // namespace burin::test
