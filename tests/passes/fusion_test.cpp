#include "passes/graph_builder.hpp"

using namespace burin;
using namespace burin::test;

namespace {

// CONV_2D 3x3 from two channels to three over 5x5 pixels.
TensorId convolve(GraphBuilder& b, TensorId in, Shape out, const Quantization& q,
                  const std::vector<NamedAttribute>& attributes = {},
                  Activation activation = Activation::none) {
  std::vector<int8_t> values;
  for (int i = 0; i < 54; ++i) values.push_back(static_cast<int8_t>(i * 37 % 61 - 30));
  return b.node("convolution_2d", {in, b.weights({3, 3, 3, 2}, values), b.bias({100, -200, 300})},
                b.tensor(std::move(out), q), attributes, activation);
}

}  // namespace

TEST_CASE("zeros around a convolution's input become its padding", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.05f, -7);
  const TensorId in = b.input({1, 5, 5, 2}, q);
  std::vector<int32_t> paddings = {0, 0, 1, 2, 0, 2, 0, 0};
  SECTION("on top of what it has") {
    const TensorId padded = b.node("pad", {in}, b.tensor({1, 8, 7, 2}, q), {{"paddings", paddings}});
    const TensorId out =
        convolve(b, padded, {1, 4, 3, 3}, per_tensor(0.1f, 5),
                 {{"stride_height", 2}, {"stride_width", 2}, {"pad_left", 1}, {"pad_top", 1}});
    const Graph before = b.finish({out});
    const Graph after = fuse_padding(before, {});
    CHECK(operators(after) == "convolution_2d");
    const auto& attributes = after.nodes[0].attributes.as<WindowAttributes>();
    CHECK(attributes.pad_top == 2);
    CHECK(attributes.pad_bottom == 2);
    CHECK(attributes.pad_left == 1);
    CHECK(attributes.pad_right == 2);
    require_equal(before, after);
  }
  SECTION("not where another reads them too") {
    const TensorId padded = b.node("pad", {in}, b.tensor({1, 8, 7, 2}, q), {{"paddings", paddings}});
    const TensorId out = convolve(b, padded, {1, 6, 5, 3}, per_tensor(0.1f, 5));
    const Graph before = b.finish({out, padded});
    CHECK(fuse_padding(before, {}) == before);
  }
  SECTION("not where the bytes change their meaning") {
    const TensorId padded =
        b.node("pad", {in}, b.tensor({1, 8, 7, 2}, per_tensor(0.05f, 7)), {{"paddings", paddings}});
    const Graph before = b.finish({convolve(b, padded, {1, 6, 5, 3}, per_tensor(0.1f, 5))});
    CHECK(fuse_padding(before, {}) == before);
  }
  SECTION("not where images are added") {
    paddings[0] = 1;
    const TensorId padded = b.node("pad", {in}, b.tensor({2, 8, 7, 2}, q), {{"paddings", paddings}});
    const Graph before = b.finish({convolve(b, padded, {2, 6, 5, 3}, per_tensor(0.1f, 5))});
    CHECK(fuse_padding(before, {}) == before);
  }
  SECTION("not where a window would lie in padding alone") {
    paddings = {0, 0, 3, 1, 0, 2, 0, 0};
    const TensorId padded = b.node("pad", {in}, b.tensor({1, 9, 7, 2}, q), {{"paddings", paddings}});
    const Graph before = b.finish({convolve(b, padded, {1, 7, 5, 3}, per_tensor(0.1f, 5))});
    CHECK(fuse_padding(before, {}) == before);
  }
  SECTION("not into a pool, which leaves padding out") {
    const TensorId padded = b.node("pad", {in}, b.tensor({1, 8, 7, 2}, q), {{"paddings", paddings}});
    const TensorId out = b.node("average_pool_2d", {padded}, b.tensor({1, 7, 6, 2}, q),
                                {{"window_height", 2}, {"window_width", 2}});
    const Graph before = b.finish({out});
    CHECK(fuse_padding(before, {}) == before);
  }
}

TEST_CASE("a clamp after an operator becomes its activation", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.05f, -7);
  const TensorId in = b.input({1, 5, 5, 2}, q);
  const auto name = GENERATE(as<std::string>(), "relu", "relu6", "relu_n1_to_1");
  CAPTURE(name);
  SECTION("where the quantization stays") {
    const TensorId wide = convolve(b, in, {1, 3, 3, 3}, per_tensor(0.1f, 5));
    const Graph before = b.finish({b.node(name, {wide}, b.tensor({1, 3, 3, 3}, per_tensor(0.1f, 5)))});
    const Graph after = fuse_activations(before, {});
    CHECK(operators(after) == "convolution_2d");
    CHECK(name_of(after.nodes[0].activation) == name);
    require_equal(before, after);
  }
  SECTION("and joins the one that is there") {
    const TensorId wide = convolve(b, in, {1, 3, 3, 3}, per_tensor(0.1f, 5), {}, Activation::relu);
    const Graph before = b.finish({b.node(name, {wide}, b.tensor({1, 3, 3, 3}, per_tensor(0.1f, 5)))});
    const Graph after = fuse_activations(before, {});
    // RELU then RELU_N1_TO_1 is [0, 1], which no activation says.
    CHECK(operators(after) == (name == "relu_n1_to_1" ? "convolution_2d relu_n1_to_1" : "convolution_2d"));
    require_equal(before, after);
  }
  SECTION("not where the quantization changes, as rounding twice differs from once") {
    const TensorId wide = convolve(b, in, {1, 3, 3, 3}, per_tensor(0.1f, 5));
    const Graph before = b.finish({b.node(name, {wide}, b.tensor({1, 3, 3, 3}, per_tensor(0.07f, -128)))});
    CHECK(fuse_activations(before, {}) == before);
  }
  SECTION("not where the unclamped result is read as well") {
    const TensorId wide = convolve(b, in, {1, 3, 3, 3}, per_tensor(0.1f, 5));
    const TensorId clamped = b.node(name, {wide}, b.tensor({1, 3, 3, 3}, per_tensor(0.1f, 5)));
    const Graph before = b.finish({clamped, wide});
    CHECK(fuse_activations(before, {}) == before);
  }
}

TEST_CASE("requantizations that change nothing, or that one does for both, go", "[passes]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 6}, per_tensor(0.05f, -7));
  SECTION("an identity") {
    const TensorId same = b.node("quantize", {in}, b.tensor({1, 6}, per_tensor(0.05f, -7)));
    const Graph before = b.finish({b.node("add", {same, in}, b.tensor({1, 6}, per_tensor(0.1f, 0)))});
    const Graph after = merge_elementwise(before, {});
    CHECK(operators(after) == "add");
    require_equal(before, after);
  }
  SECTION("moving the zero point there and back") {
    const TensorId there = b.node("quantize", {in}, b.tensor({1, 6}, per_tensor(0.05f, 121), DType::u8));
    const TensorId back = b.node("quantize", {there}, b.tensor({1, 6}, per_tensor(0.05f, -7)));
    const Graph before = b.finish({b.node("add", {back, in}, b.tensor({1, 6}, per_tensor(0.1f, 0)))});
    const Graph after = merge_elementwise(before, {});
    CHECK(operators(after) == "add");
    require_equal(before, after);
  }
  SECTION("not where rounding through a coarse scale loses values") {
    const TensorId coarse = b.node("quantize", {in}, b.tensor({1, 6}, per_tensor(0.5f, 0)));
    const TensorId fine = b.node("quantize", {coarse}, b.tensor({1, 6}, per_tensor(0.05f, -7)));
    const Graph before = b.finish({b.node("add", {fine, in}, b.tensor({1, 6}, per_tensor(0.1f, 0)))});
    CHECK(operators(merge_elementwise(before, {})) == "quantize quantize add");
    require_equal(before, merge_elementwise(before, {}));
  }
}
