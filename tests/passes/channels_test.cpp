#include "passes/channel_ranges.hpp"
#include "passes/graph_builder.hpp"

using namespace burin;
using namespace burin::test;

namespace {

Graph eliminate(const Graph& graph) {
  require_valid(graph);
  const Graph after = eliminate_channels(graph, {});
  require_equal(graph, after);
  CHECK(eliminate_channels(after, {}) == after);
  return after;
}

Shape output_shape(const Graph& graph, size_t node) {
  return graph.at(graph.nodes.at(node).outputs[0]).type.shape;
}

constexpr int32_t same = 1;  // padding of a 3x3 window that keeps the size

std::vector<NamedAttribute> padding(int32_t amount) {
  return {{"pad_top", amount}, {"pad_bottom", amount}, {"pad_left", amount}, {"pad_right", amount}};
}

// A chain that begins with a pointwise convolution from 2 channels to 4 over 4x4 pixels. Of its outputs, the
// second has weights of zero and the value 20 - its zero point is -10 - and the fourth has a bias that
// saturates it at 127.
struct Chain : GraphBuilder {
  Quantization q = per_tensor(0.05f, -10);
  TensorId in = input({1, 4, 4, 2});
  TensorId first =
      node("convolution_2d",
           {in, weights({4, 1, 1, 2}, {50, -60, 0, 0, 33, 44, 1, 1}), bias({100, 3000, -200, 1 << 20})},
           tensor({1, 4, 4, 4}, q));

  // A pointwise convolution to two channels that reads all it can.
  TensorId pointwise(TensorId from, Activation activation = Activation::none) {
    const Shape shape = graph.at(from).type.shape;
    std::vector<int8_t> values;
    for (int32_t i = 0; i < 2 * shape[3]; ++i)
      values.push_back(static_cast<int8_t>(i % 2 ? -20 - i : 30 + i));
    return node("convolution_2d", {from, weights({2, 1, 1, shape[3]}, values), bias({40, -50})},
                tensor({1, shape[1], shape[2], 2}, per_tensor(0.03f, 4)), {}, activation);
  }
  TensorId depthwise(TensorId from, int32_t pad, const std::vector<int8_t>& values) {
    const int32_t size = graph.at(from).type.shape[1] + 2 * pad - 2;
    return node("depthwise_convolution_2d", {from, weights({1, 3, 3, 4}, values), bias({1, -2, 3, -4})},
                tensor({1, size, size, 4}, per_tensor(0.05f, -128)), padding(pad));
  }
};

std::vector<int8_t> taps(int8_t of_second) {
  std::vector<int8_t> values;
  for (int i = 0; i < 36; ++i)
    values.push_back(i % 4 == 1 ? of_second : static_cast<int8_t>(i * 11 % 50 - 20));
  return values;
}

}  // namespace

TEST_CASE("channels with weights of zero, and saturated ones, are folded into the next biases",
          "[channels]") {
  Chain c;
  const Graph before = c.finish({c.pointwise(c.first)});
  const auto ranges = channel_ranges(before, Rounding::tflm)[c.first.index];
  CHECK(ranges[1] == ValueRange{20, 20});
  CHECK(ranges[3] == ValueRange{127, 127});
  CHECK_FALSE(ranges[0].is_constant());
  const Graph after = eliminate(before);
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 2});
  const Graph& g = after;
  CHECK(g.at(g.nodes[1].inputs[1]).type.shape == Shape{2, 1, 1, 2});
  // The second channel adds w (20 + 10) and the fourth w (127 + 10).
  const auto bias = g.at(g.nodes[1].inputs[2]).constant->as<int32_t>();
  CHECK(bias[0] == 40 - 21 * 30 - 23 * 137);
  CHECK(bias[1] == -50 - 25 * 30 - 27 * 137);
}

TEST_CASE("a constant survives a depthwise layer without padding", "[channels]") {
  Chain c;
  const Graph after = eliminate(c.finish({c.pointwise(c.depthwise(c.first, 0, taps(7)))}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 2});
  CHECK(output_shape(after, 1) == Shape{1, 2, 2, 2});
}

TEST_CASE("padding around a constant shows, unless it equals the constant or the clamp hides it",
          "[channels]") {
  Chain c;
  SECTION("it shows") {
    const Graph after = eliminate(c.finish({c.pointwise(c.depthwise(c.first, same, taps(9)))}));
    CHECK(output_shape(after, 1) == Shape{1, 4, 4, 4});
  }
  SECTION("the clamp hides it: the outputs are below the zero point at the border and inside") {
    const Graph after = eliminate(c.finish({c.pointwise(c.depthwise(c.first, same, taps(-9)))}));
    CHECK(output_shape(after, 1) == Shape{1, 4, 4, 3});
    CHECK(output_shape(after, 0) == Shape{1, 4, 4, 3});
  }
  SECTION("the constant is the zero point") {
    c.graph.at(c.graph.nodes[0].inputs[2]).constant = Constant::of<int32_t>({100, 0, -200, 1 << 20});
    const Graph after = eliminate(c.finish({c.pointwise(c.depthwise(c.first, same, taps(9)))}));
    CHECK(output_shape(after, 1) == Shape{1, 4, 4, 3});
  }
}

TEST_CASE("a padded convolution cannot take a constant into its bias, unless it is the zero point",
          "[channels]") {
  Chain c;
  const bool zero = GENERATE(false, true);
  if (zero) c.graph.at(c.graph.nodes[0].inputs[2]).constant = Constant::of<int32_t>({100, 0, -200, 300});
  std::vector<int8_t> values;
  for (int i = 0; i < 2 * 9 * 4; ++i) values.push_back(static_cast<int8_t>(i * 7 % 40 - 15));
  const TensorId out = c.node("convolution_2d", {c.first, c.weights({2, 3, 3, 4}, values), c.bias({10, 20})},
                              c.tensor({1, 4, 4, 2}, per_tensor(0.2f, 0)), padding(same));
  const Graph after = eliminate(c.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, zero ? 3 : 4});
  if (!zero) {
    // The kept constants need nothing of the input any more.
    const auto weights = after.at(after.nodes[0].inputs[1]).constant->as<int8_t>();
    CHECK(weights[6] == 0);
    CHECK(weights[7] == 0);
  }
}

TEST_CASE("taps that padding never reaches, or always does, do not keep a constant", "[channels]") {
  // One row of pixels: the outer rows of the window are padding everywhere.
  GraphBuilder b;
  const TensorId in = b.input({1, 1, 4, 1});
  const TensorId first = b.node("convolution_2d", {in, b.weights({2, 1, 1, 1}, {50, 0}), b.bias({0, 3000})},
                                b.tensor({1, 1, 4, 2}, per_tensor(0.05f, -10)));
  const TensorId out =
      b.node("convolution_2d", {first, b.weights({1, 3, 1, 2}, {11, 22, 33, 44, 55, 66}), b.bias({0})},
             b.tensor({1, 1, 4, 1}, per_tensor(0.05f, 0)), {{"pad_top", 1}, {"pad_bottom", 1}});
  const Graph after = eliminate(b.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 1, 4, 1});
  CHECK(after.at(after.nodes[1].inputs[2]).constant->as<int32_t>()[0] == 44 * 30);
}

TEST_CASE("channels that all readers weigh by zero are dead, and so is what makes them", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 4, 4, 2});
  std::vector<int8_t> values = {10, 20, -30, 40, 50, -60};
  const TensorId first = b.node("convolution_2d", {in, b.weights({3, 1, 1, 2}, values)},
                                b.tensor({1, 4, 4, 3}, per_tensor(0.02f, 0)));
  const TensorId second = b.node("convolution_2d", {first, b.weights({2, 1, 1, 3}, {1, 0, 60, 2, 70, 3})},
                                 b.tensor({1, 4, 4, 2}, per_tensor(0.02f, 0)));
  const TensorId last = b.node("convolution_2d", {second, b.weights({1, 1, 1, 2}, {90, 0})},
                               b.tensor({1, 4, 4, 1}, per_tensor(0.02f, 0)));
  const Graph after = eliminate(b.finish({last}));
  CHECK(output_shape(after, 1) == Shape{1, 4, 4, 1});
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 2});
  CHECK(after.nodes[0].inputs.size() == 2);  // no bias where none is called for
  SECTION("but not where another reads them") {
    b.graph.outputs.push_back(second);
    const Graph kept = eliminate(b.graph);
    CHECK(output_shape(kept, 1) == Shape{1, 4, 4, 2});
    CHECK(output_shape(kept, 0) == Shape{1, 4, 4, 3});
  }
}

TEST_CASE("an output that never varies needs nothing, even where it has to stay", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 2});
  const TensorId hidden = b.node("fully_connected", {in, b.weights({2, 2}, {10, 20, 30, 40})},
                                 b.tensor({1, 2}, per_tensor(0.05f, 0)));
  const TensorId out =
      b.node("fully_connected", {hidden, b.weights({2, 2}, {50, 0, 0, 60}), b.bias({7, -(1 << 20)})},
             b.tensor({1, 2}, per_tensor(0.05f, 0)));
  const Graph after = eliminate(b.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 1});
  CHECK(output_shape(after, 1) == Shape{1, 2});
}

TEST_CASE("a sum keeps a channel as long as one of its operands varies there", "[channels]") {
  Chain c;
  const auto other = c.node(
      "convolution_2d", {c.in, c.weights({4, 1, 1, 2}, {9, 8, 7, 6, 0, 0, 0, 0}), c.bias({1, 2, 300, 400})},
      c.tensor({1, 4, 4, 4}, c.q));
  const TensorId sum = c.node("add", {c.first, other}, c.tensor({1, 4, 4, 4}, per_tensor(0.07f, 1)));
  const Graph after = eliminate(c.finish({c.pointwise(sum)}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 3});
  CHECK(output_shape(after, 1) == Shape{1, 4, 4, 3});
  CHECK(output_shape(after, 2) == Shape{1, 4, 4, 3});
}

TEST_CASE("a constant operand is cut with the channels it belongs to", "[channels]") {
  Chain c;
  const TensorId offsets = c.constant<int8_t>({4}, {1, 20, 30, 40}, DType::s8, per_tensor(0.05f, 0));
  const TensorId sum = c.node("add", {c.first, offsets}, c.tensor({1, 4, 4, 4}, per_tensor(0.07f, 1)));
  const Graph after = eliminate(c.finish({c.pointwise(sum)}));
  const Tensor& cut = after.at(after.nodes[1].inputs[1]);
  CHECK(cut.type.shape == Shape{2});
  CHECK(cut.constant == Constant::of<int8_t>({1, 30}));
}

TEST_CASE("constants go through pools, flattening and FULLY_CONNECTED", "[channels]") {
  Chain c;
  const bool average = GENERATE(false, true);
  const std::vector<NamedAttribute> window = {
      {"window_height", 2}, {"window_width", 2}, {"stride_height", 2}, {"stride_width", 2}};
  const TensorId pooled =
      c.node(average ? "average_pool_2d" : "max_pool_2d", {c.first}, c.tensor({1, 2, 2, 4}, c.q), window);
  const TensorId flat = c.node("reshape", {pooled}, c.tensor({1, 16}, c.q));
  std::vector<int8_t> values;
  for (int i = 0; i < 32; ++i) values.push_back(static_cast<int8_t>(i * 13 % 90 - 40));
  const TensorId out = c.node("fully_connected", {flat, c.weights({2, 16}, values), c.bias({10, 20})},
                              c.tensor({1, 2}, per_tensor(0.1f, 0)));
  SECTION("with a reshape in between") {
    const Graph after = eliminate(c.finish({out}));
    CHECK(output_shape(after, 2) == Shape{1, 8});
    CHECK(after.at(after.nodes[3].inputs[1]).type.shape == Shape{2, 8});
  }
  SECTION("or without") {
    const Graph after = eliminate(eliminate_dead_code(canonicalize_shapes(c.finish({out}), {}), {}));
    REQUIRE(operators(after).find("reshape") == std::string::npos);
    CHECK(after.at(after.nodes[2].inputs[1]).type.shape == Shape{2, 8});
  }
}

TEST_CASE("MEAN over pixels keeps channels apart, over channels it does not", "[channels]") {
  Chain c;
  const bool over_channels = GENERATE(false, true);
  const std::vector<int32_t> axes =
      over_channels ? std::vector<int32_t>{1, 2, 3} : std::vector<int32_t>{1, 2};
  const TensorId mean =
      c.node("mean", {c.first}, c.tensor({1, 1, 1, over_channels ? 1 : 4}, per_tensor(0.03f, 0)),
             {{"axes", axes}, {"keep_dims", true}});
  const Graph after = eliminate(c.finish({c.pointwise(mean)}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, over_channels ? 4 : 2});
}

TEST_CASE("per-channel scales are cut with their channels", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 4, 4, 2});
  const TensorId first =
      b.node("convolution_2d", {in, b.weights({4, 1, 1, 2}, {50, -60, 0, 0, 33, 44, 0, 0})},
             b.tensor({1, 4, 4, 4}, per_tensor(0.05f, -10)));
  const TensorId weights = b.graph.nodes[0].inputs[1];
  b.graph.at(weights).quantization = {{0.01f, 0.02f, 0.03f, 0.04f}, {0, 0, 0, 0}, 0};
  const TensorId wide =
      b.node("depthwise_convolution_2d", {first, b.weights({1, 1, 1, 8}, {1, 2, 3, 4, 5, 6, 7, 8})},
             b.tensor({1, 4, 4, 8}, per_tensor(0.01f, 3)));
  b.graph.at(b.graph.nodes[1].inputs[1]).quantization = {
      {0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f}, std::vector<int32_t>(8, 0), 3};
  const TensorId out =
      b.node("convolution_2d", {wide, b.weights({1, 1, 1, 8}, {11, -12, 13, 14, 0, 16, 17, 18}), b.bias({9})},
             b.tensor({1, 4, 4, 1}, per_tensor(0.05f, 0)));
  const Graph after = eliminate(b.finish({out}));
  CHECK(after.at(after.nodes[0].inputs[1]).quantization.scales == std::vector<float>{0.01f, 0.03f});
  // The fifth channel is dead, but it shares its input with the sixth.
  CHECK(after.at(after.nodes[1].inputs[1]).quantization.scales == std::vector<float>{0.1f, 0.2f, 0.5f, 0.6f});
}

TEST_CASE("per-output FULLY_CONNECTED keeps two outputs, as one scale means other arithmetic", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 3});
  const TensorId hidden = b.node("fully_connected", {in, b.weights({3, 3}, {1, 20, 30, 0, 0, 0, 0, 0, 0})},
                                 b.tensor({1, 3}, per_tensor(0.05f, 0)));
  b.graph.at(b.graph.nodes[0].inputs[1]).quantization = {{0.013f, 0.027f, 0.031f}, {0, 0, 0}, 0};
  const TensorId out = b.node("fully_connected", {hidden, b.weights({1, 3}, {50, 60, 70})},
                              b.tensor({1, 1}, per_tensor(0.05f, 0)));
  const Graph after = eliminate(b.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 2});
}

TEST_CASE("the interface keeps its channels, and at least one is left everywhere", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 3});
  const TensorId hidden = b.node("fully_connected", {in, b.weights({2, 3}, {1, 20, 30, 4, 5, 6})},
                                 b.tensor({1, 2}, per_tensor(0.05f, 0)));
  const TensorId out =
      b.node("fully_connected", {hidden, b.weights({3, 2}, {0, 0, 0, 0, 0, 0}), b.bias({1, 2, 3000})},
             b.tensor({1, 3}, per_tensor(0.05f, 0)));
  const Graph after = eliminate(b.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 1});
  CHECK(output_shape(after, 1) == Shape{1, 3});
}

TEST_CASE("a fold that could leave 32 bits is left alone", "[channels]") {
  Chain c;
  const TensorId out = c.pointwise(c.first);
  constexpr int32_t edge = std::numeric_limits<int32_t>::min() + 3000;
  c.graph.at(c.graph.nodes[1].inputs[2]).constant = Constant::of<int32_t>({edge, -50});
  const Graph after = eliminate(c.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 4});
}

TEST_CASE("operators that mix channels keep them all", "[channels]") {
  Chain c;
  const TensorId out =
      c.node("softmax", {c.first}, c.tensor({1, 4, 4, 4}, per_tensor(1.f / 256, -128)), {{"beta", 1.f}});
  const Graph after = eliminate(c.finish({out}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 4});
}

TEST_CASE("weights that another operator reads as well are left to it", "[channels]") {
  Chain c;
  const TensorId shared = c.graph.nodes[0].inputs[1];
  const TensorId other = c.node("add", {shared, shared}, c.tensor({4, 1, 1, 2}, per_tensor(0.1f, 0)));
  const Graph after = eliminate(c.finish({c.pointwise(c.first), other}));
  CHECK(output_shape(after, 0) == Shape{1, 4, 4, 2});
  CHECK(after.at(after.nodes[1].inputs[0]).type.shape == Shape{4, 1, 1, 2});
}

TEST_CASE("a requantization that can overflow is not taken for monotone", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 1}, per_tensor(0.5f, 0));
  const TensorId out = b.node("fully_connected", {in, b.weights({1, 1}, {127}, 0.5f)},
                              b.tensor({1, 1}, per_tensor(1e-6f, 0)), {}, Activation::relu);
  const Graph graph = b.finish({out});
  CHECK(channel_ranges(graph, Rounding::tflm)[out.index][0] == ValueRange{-128, 127});
}

TEST_CASE("a window that is too large to look at is left alone", "[channels]") {
  constexpr int32_t size = 60000;
  GraphBuilder b;
  const TensorId in = b.input({1, size, 1, 1});
  const TensorId out = b.node("convolution_2d", {in, b.weights({1, size, 1, 1}, std::vector<int8_t>(size))},
                              b.tensor({1, size, 1, 1}, per_tensor(0.05f, 0)),
                              {{"pad_top", size / 2}, {"pad_bottom", size / 2 - 1}});
  const Graph graph = b.finish({out});
  require_valid(graph);
  CHECK(eliminate_channels(graph, {}) == graph);
}

TEST_CASE("ranges of sums and clamps are exact at their ends", "[channels]") {
  GraphBuilder b;
  const TensorId in = b.input({1, 2}, per_tensor(0.05f, 3));
  const TensorId out = b.node("fully_connected", {in, b.weights({2, 2}, {1, -1, 100, 100}), b.bias({7, 0})},
                              b.tensor({1, 2}, per_tensor(0.05f, -20)), {}, Activation::relu);
  const Graph graph = b.finish({out});
  const std::vector<ValueRange> ranges = channel_ranges(graph, Rounding::tflm)[out.index];
  std::vector<ValueRange> seen(2, {127, -128});
  Evaluator evaluator(graph);
  for (int x = -128; x < 128; ++x)
    for (int y = -128; y < 128; ++y) {
      const std::vector<int8_t> pixel = {static_cast<int8_t>(x), static_cast<int8_t>(y)};
      const Value input = Value::of(graph.at(in).type, std::as_bytes(std::span(pixel)));
      const Value result = evaluator.run(std::vector{input})[0];
      for (size_t o = 0; o < 2; ++o) {
        seen[o].lowest = std::min(seen[o].lowest, static_cast<int32_t>(result.integer(o)));
        seen[o].highest = std::max(seen[o].highest, static_cast<int32_t>(result.integer(o)));
      }
    }
  CHECK(seen == ranges);
}
