#include <catch2/catch.hpp>

#include "ops/one_node.hpp"

using namespace burin;
using namespace burin::test;

namespace {

Graph pool(const std::vector<NamedAttribute>& list, const Shape& input, const Shape& output,
           Activation activation = Activation::none) {
  return one_node(Op::max_pool_2d, attributes(Op::max_pool_2d, list),
                  {tensor(DType::s8, input, per_tensor(0.5f, -3))},
                  tensor(DType::s8, output, per_tensor(0.5f, -3)), activation);
}

}  // namespace

TEST_CASE("max_pool_2d takes the highest under every window", "[ops][max_pool_2d]") {
  const Graph graph =
      pool({{"window_height", 2}, {"window_width", 2}, {"stride_width", 2}}, {1, 3, 4, 1}, {1, 2, 2, 1});
  CHECK(evaluate(graph, std::vector<int8_t>{1, 2, 3, 4, 8, 7, 6, 5, -1, 0, 127, -128}) ==
        std::vector<int8_t>{8, 6, 8, 127});
}

TEST_CASE("max_pool_2d leaves padding out", "[ops][max_pool_2d]") {
  const Graph graph =
      pool({{"window_width", 2}, {"pad_left", 1}, {"pad_right", 1}}, {1, 1, 3, 2}, {1, 1, 4, 2});
  CHECK(evaluate(graph, std::vector<int8_t>{-90, -10, -80, -20, -70, -30}) ==
        std::vector<int8_t>{-90, -10, -80, -10, -70, -20, -70, -30});
}

TEST_CASE("max_pool_2d clamps by its activation", "[ops][max_pool_2d]") {
  const std::vector<int8_t> input = {-50, -4, -3, 5, 100};
  CHECK(evaluate(pool({}, {1, 1, 5, 1}, {1, 1, 5, 1}, Activation::relu_n1_to_1), input) ==
        std::vector<int8_t>{-5, -4, -3, -1, -1});
}
