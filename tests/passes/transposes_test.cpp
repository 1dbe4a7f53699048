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

namespace {

// A convolution of the given groups' shuffle: [1, 2, 2, channels] seen as [1, 2, 2, groups, channels /
// groups], and the last two turned.
Graph shuffled(bool is_read_twice, std::vector<int32_t> permutation) {
  GraphBuilder b;
  const TensorId in = b.input({1, 2, 2, 3}, scale);
  const TensorId weights =
      b.constant<int8_t>({6, 1, 1, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18},
                         DType::s8, {{0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f}, std::vector<int32_t>(6), 0});
  const TensorId bias =
      b.constant<int32_t>({6}, {10, -20, 30, -40, 50, -60}, DType::s32,
                          {{0.01f, 0.02f, 0.03f, 0.04f, 0.05f, 0.06f}, std::vector<int32_t>(6), 0});
  const TensorId made =
      b.node("convolution_2d", {in, weights, bias}, b.tensor({1, 2, 2, 6}, per_tensor(3.0f, 5)));
  const TensorId apart = b.node("reshape", {made}, b.tensor({1, 2, 2, 2, 3}, per_tensor(3.0f, 5)));
  Shape shape = b.graph.at(apart).type.shape;
  std::vector<int32_t> dims;
  for (const int32_t axis : permutation) dims.push_back(shape[axis]);
  const TensorId turned = b.node("transpose", {apart}, b.tensor(Shape(dims), per_tensor(3.0f, 5)),
                                 {{"permutation", permutation}});
  return is_read_twice ? b.finish({turned, made}) : b.finish({turned});
}

Graph reordered(const Graph& graph) {
  require_valid(graph);
  Graph after = reorder_channels(graph, {});
  require_valid(after);
  require_equal(graph, after);
  CHECK(reorder_channels(after, {}) == after);
  return after;
}

}  // namespace

TEST_CASE("a layer computes its channels in the order that a shuffle asks for", "[passes]") {
  CHECK(operators(reordered(shuffled(false, {0, 1, 2, 4, 3}))) == "convolution_2d reshape reshape");
}

TEST_CASE("a shuffle stays where its layer is read otherwise, and where pixels move", "[passes]") {
  CHECK(operators(reordered(shuffled(true, {0, 1, 2, 4, 3}))) == "convolution_2d reshape transpose");
  CHECK(operators(reordered(shuffled(false, {0, 2, 1, 4, 3}))) == "convolution_2d reshape transpose");
}

namespace {

// An image with its channels behind, joined to an older one that comes with its channels first.
Graph with_cache(bool gives_joined) {
  GraphBuilder b;
  const TensorId image = b.input({1, 4, 4, 8}, scale);
  const TensorId cache = b.input({1, 8, 1, 4}, scale);
  const std::vector<NamedAttribute> window = {{"window_height", 1}, {"window_width", 1}};
  const TensorId pooled = b.node("max_pool_2d", {image}, b.tensor({1, 4, 4, 8}, scale), window);
  const TensorId turned = b.node("transpose", {pooled}, b.tensor({1, 8, 4, 4}, scale),
                                 {{"permutation", std::vector<int32_t>{0, 3, 1, 2}}});
  const TensorId joined =
      b.node("concatenation", {cache, turned}, b.tensor({1, 8, 5, 4}, scale), {{"axis", 2}});
  const TensorId back = b.node("transpose", {joined}, b.tensor({1, 5, 4, 8}, scale),
                               {{"permutation", std::vector<int32_t>{0, 2, 3, 1}}});
  const TensorId out = b.node("max_pool_2d", {back}, b.tensor({1, 5, 4, 8}, scale), window);
  return gives_joined ? b.finish({out, joined}) : b.finish({out});
}

Graph laid_out(const Graph& graph) {
  require_valid(graph);
  Graph after = canonicalize_shapes(propagate_layout(graph, {}), {});
  require_equal(graph, after);
  CHECK(propagate_layout(after, {}) == after);
  return after;
}

}  // namespace

TEST_CASE("an input is turned where that moves less than what it is joined to", "[passes]") {
  CHECK(operators(laid_out(with_cache(false))) ==
        "reshape transpose reshape max_pool_2d concatenation max_pool_2d");
}

TEST_CASE("an output is turned where that moves less than what it comes from", "[passes]") {
  CHECK(operators(laid_out(with_cache(true))) ==
        "reshape transpose reshape max_pool_2d concatenation max_pool_2d reshape transpose reshape");
}
