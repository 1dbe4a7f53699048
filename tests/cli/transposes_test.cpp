#include "cli/transposes.hpp"

#include "passes/graph_builder.hpp"

namespace burin::test {
namespace {

const Quantization scale = per_tensor(0.1f, 3);

TensorId turned(GraphBuilder& b, TensorId from, Shape to, const std::vector<int32_t>& order) {
  return b.node("transpose", {from}, b.tensor(std::move(to), scale), {{"permutation", order}});
}

}  // namespace

TEST_CASE("transposes that are left say why", "[cli]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 2, 3, 4}, scale);
  b.graph.at(in).name = "image";
  const TensorId a = turned(b, in, {1, 3, 4, 2}, {0, 2, 3, 1});
  const TensorId pooled = b.node("max_pool_2d", {a}, b.tensor({1, 3, 4, 2}, scale));
  const TensorId c = turned(b, pooled, {1, 2, 3, 4}, {0, 3, 1, 2});
  const TensorId summed = b.node("add", {c, c}, b.tensor({1, 2, 3, 4}, scale));
  const TensorId out = turned(b, summed, {1, 3, 4, 2}, {0, 2, 3, 1});
  b.graph.at(out).name = "y";
  const std::vector<RemainingTranspose> left = remaining_transposes(b.finish({out}));
  REQUIRE(left.size() == 3);
  CHECK(left[0].bytes == 24);
  CHECK(left[0].reason ==
        "input \"image\" has the model's order; --input-layout NHWC takes it in the kernels'");
  CHECK(left[1].reason == "max_pool_2d and add want different orders");
  CHECK(left[2].reason == "output \"y\" has the model's order");
}

}  // namespace burin::test
