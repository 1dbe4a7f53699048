#include "passes/graph_builder.hpp"

using namespace burin;
using namespace burin::test;

namespace {

const Quantization scale = per_tensor(0.1f, 3);

// One element along the first axis.
TensorId place(GraphBuilder& b, TensorId from, int32_t index) {
  std::vector<int32_t> extent = b.graph.at(from).type.shape.dims();
  std::vector<int32_t> begin(extent.size());
  begin[0] = index;
  extent[0] = 1;
  return b.node("strided_slice", {from}, b.tensor(Shape(extent), scale),
                {{"begin", begin}, {"step", std::vector<int32_t>(extent.size(), 1)}, {"extent", extent}});
}

Graph absorbed(const Graph& graph) {
  require_valid(graph);
  Graph after = eliminate_dead_code(absorb_transposes(graph, {}), {});
  require_equal(graph, after);
  CHECK(absorb_transposes(after, {}) == after);
  return after;
}

}  // namespace

TEST_CASE("a transpose that moves no element is a reshape", "[passes]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 4, 1, 3}, scale);
  const TensorId out = b.node("transpose", {in}, b.tensor({4, 1, 3, 1}, scale),
                              {{"permutation", std::vector<int32_t>{1, 0, 3, 2}}});
  CHECK(operators(absorbed(b.finish({out}))) == "reshape");
}

TEST_CASE("a transpose that moves elements stays", "[passes]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 4, 1, 3}, scale);
  const TensorId out = b.node("transpose", {in}, b.tensor({1, 3, 1, 4}, scale),
                              {{"permutation", std::vector<int32_t>{0, 3, 2, 1}}});
  CHECK(operators(absorbed(b.finish({out}))) == "transpose");
}

TEST_CASE("slices of a shuffle are taken before it", "[passes]") {
  GraphBuilder b;
  const TensorId in = b.input({6, 2}, scale);
  const TensorId turned =
      b.node("transpose", {in}, b.tensor({2, 6}, scale), {{"permutation", std::vector<int32_t>{1, 0}}});
  const TensorId apart = b.node("reshape", {turned}, b.tensor({2, 1, 3, 2}, scale));
  const TensorId first = place(b, apart, 0);
  const TensorId second = place(b, apart, 1);
  SECTION("where nothing else reads it") {
    const Graph after = absorbed(b.finish({first, second}));
    CHECK(operators(after) == "strided_slice reshape strided_slice reshape");
  }
  SECTION("but not where something does") {
    const Graph after = absorbed(b.finish({first, second, apart}));
    CHECK(operators(after) == "transpose reshape strided_slice strided_slice");
  }
}
