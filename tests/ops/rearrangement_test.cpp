// Operators that read elements in another order, or repeatedly.
#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

std::vector<int32_t> rearranged(Op op, Shape from, Shape to, const std::vector<int32_t>& x,
                                const std::vector<NamedAttribute>& list = {}) {
  std::string error;
  return evaluate<int32_t>(one_node(op, {{DType::s32, std::move(from)}}, {DType::s32, std::move(to)},
                                    operator_of(op).parse_attributes(list, error)),
                           x);
}

}  // namespace

TEST_CASE("fill, broadcast_to and tile repeat", "[rearrangement]") {
  CHECK(rearranged(Op::fill, {}, {2, 2}, {7}) == std::vector<int32_t>{7, 7, 7, 7});
  CHECK(rearranged(Op::broadcast_to, {2, 1}, {2, 3}, {1, 2}) == std::vector<int32_t>{1, 1, 1, 2, 2, 2});
  CHECK(rearranged(Op::broadcast_to, {2}, {2, 2}, {1, 2}) == std::vector<int32_t>{1, 2, 1, 2});
  CHECK(rearranged(Op::tile, {1, 2}, {2, 4}, {1, 2}) == std::vector<int32_t>{1, 2, 1, 2, 1, 2, 1, 2});
}

TEST_CASE("zeros_like makes zeros of anything", "[rearrangement]") {
  CHECK(rearranged(Op::zeros_like, {3}, {3}, {1, 2, 3}) == std::vector<int32_t>{0, 0, 0});
}

TEST_CASE("reverse_v2 turns dimensions around", "[rearrangement]") {
  CHECK(rearranged(Op::reverse_v2, {2, 2}, {2, 2}, {1, 2, 3, 4}, {{"axes", std::vector<int32_t>{1}}}) ==
        std::vector<int32_t>{2, 1, 4, 3});
  CHECK(rearranged(Op::reverse_v2, {2, 2}, {2, 2}, {1, 2, 3, 4}, {{"axes", std::vector<int32_t>{0, 1}}}) ==
        std::vector<int32_t>{4, 3, 2, 1});
}

TEST_CASE("depth_to_space and space_to_depth undo each other", "[rearrangement]") {
  const std::vector<int32_t> deep{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<int32_t> wide{1, 2, 5, 6, 3, 4, 7, 8};
  CHECK(rearranged(Op::depth_to_space, {1, 1, 2, 4}, {1, 2, 4, 1}, deep, {{"block_size", 2}}) == wide);
  CHECK(rearranged(Op::space_to_depth, {1, 2, 4, 1}, {1, 1, 2, 4}, wide, {{"block_size", 2}}) == deep);
}

TEST_CASE("space_to_batch_nd takes a grid apart, and batch_to_space_nd puts it together", "[rearrangement]") {
  const std::vector<int32_t> image{1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<int32_t> phases{1, 3, 2, 4, 5, 7, 6, 8};
  const std::vector<NamedAttribute> blocks{{"block_height", 2}, {"block_width", 2}};
  CHECK(rearranged(Op::space_to_batch_nd, {1, 2, 4, 1}, {4, 1, 2, 1}, image, blocks) == phases);
  CHECK(rearranged(Op::batch_to_space_nd, {4, 1, 2, 1}, {1, 2, 4, 1}, phases, blocks) == image);
  // One row is added, and cut off again.
  const std::vector<NamedAttribute> shifted{{"block_height", 2}, {"top", 1}};
  CHECK(rearranged(Op::space_to_batch_nd, {1, 3, 1}, {2, 2, 1}, {1, 2, 3}, shifted) ==
        std::vector<int32_t>{0, 2, 1, 3});
  CHECK(rearranged(Op::batch_to_space_nd, {2, 2, 1}, {1, 3, 1}, {0, 2, 1, 3}, shifted) ==
        std::vector<int32_t>{1, 2, 3});
}

TEST_CASE("gather chooses slices, and the nearest where an index is beyond them", "[gather]") {
  std::string error;
  const Attributes rows = operator_of(Op::gather).parse_attributes({{"axis", 0}}, error);
  const Graph graph =
      one_node(Op::gather, {{DType::f32, {3, 2}}, {DType::s32, {4}}}, {DType::f32, {4, 2}}, rows);
  CHECK(evaluate<float>(graph, std::vector<float>{1, 2, 3, 4, 5, 6}, std::vector<int32_t>{2, 0, -7, 9}) ==
        std::vector<float>{5, 6, 1, 2, 1, 2, 5, 6});
  const Attributes batches =
      operator_of(Op::gather).parse_attributes({{"axis", 1}, {"batch_dims", 1}}, error);
  const Graph pairs =
      one_node(Op::gather, {{DType::f32, {2, 3}}, {DType::s32, {2, 1}}}, {DType::f32, {2, 1}}, batches);
  CHECK(evaluate<float>(pairs, std::vector<float>{1, 2, 3, 4, 5, 6}, std::vector<int32_t>{2, 0}) ==
        std::vector<float>{3, 4});
}

TEST_CASE("transpose_conv spreads pixels over windows", "[transpose_conv]") {
  std::string error;
  const Attributes stride_2 =
      operator_of(Op::transpose_conv).parse_attributes({{"stride_height", 1}, {"stride_width", 2}}, error);
  Graph graph = one_node(Op::transpose_conv, {{DType::f32, {1, 1, 2, 1}}, {DType::f32, {1, 1, 3, 1}}},
                         {DType::f32, {1, 1, 5, 1}}, stride_2);
  graph.at(graph.inputs[1]).constant = Constant::of(std::vector<float>{1, 10, 100});
  graph.inputs.pop_back();
  CHECK(evaluate<float>(graph, std::vector<float>{2, 3}) == std::vector<float>{2, 20, 203, 30, 300});
}

}  // namespace burin::test
