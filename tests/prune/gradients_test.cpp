#include "prune/gradients.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "ops/elementwise/attributes.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/window.hpp"
#include "prune/separate_activations.hpp"
#include "quantize/float_executor.hpp"
#include "quantize/preparation.hpp"
#include "support/networks.hpp"

namespace burin::test {
namespace {

// A loss that is linear in the judged values, so that its derivative by them is known: every value times a
// fixed factor.
float factor(size_t i) {
  return 0.5f + 0.25f * static_cast<float>(i % 5) - (i % 2 == 0 ? 0.0f : 1.5f);
}

double loss(const Graph& graph, const SampleValues& samples) {
  const TensorId judged = judged_tensors(graph).at(0);
  const FloatExecutor executor(graph);
  Batch batch(graph, samples.count());
  executor.load(batch, samples, 0);
  executor.run(batch);
  double sum = 0;
  const auto values = std::as_const(batch).real(judged);
  for (size_t i = 0; i < values.size(); ++i) sum += double{factor(i)} * values[i];
  return sum;
}

// Compares the derivatives by all weights and biases with the difference that a small change of each makes.
void require_right_gradients(const Graph& given) {
  Graph graph = separate_activations(prepare_for_quantization(given));
  Random random(1);
  const SampleValues samples = smooth_samples(graph, random, 3);
  const TensorId judged = judged_tensors(graph).at(0);
  const Gradients gradients(graph, {judged});
  REQUIRE(!gradients.obstacle());
  const FloatExecutor executor(graph);
  Batch batch(graph, samples.count());
  executor.load(batch, samples, 0);
  executor.run(batch);
  std::vector<float> slopes(std::as_const(batch).real(judged).size());
  for (size_t i = 0; i < slopes.size(); ++i) slopes[i] = factor(i);
  ParameterGradients sum = gradients.zeros();
  gradients.add(batch, {slopes}, sum);

  size_t checked = 0;
  for (size_t n = 0; n < gradients.nodes().size(); ++n)
    for (const size_t operand : {size_t{1}, size_t{2}}) {
      const TensorId id = graph.nodes[gradients.nodes()[n]].inputs[operand];
      const auto span = graph.at(id).constant->as<float>();
      const std::vector<float> values(span.begin(), span.end());
      const std::vector<float>& found = operand == 1 ? sum.weights[n] : sum.biases[n];
      REQUIRE(found.size() == values.size());
      for (size_t i = 0; i < values.size(); ++i) {
        const auto changed = [&](float by) {
          Graph other = graph;
          std::vector<float> moved = values;
          moved[i] += by;
          other.at(id).constant = Constant::of(moved);
          return loss(other, samples);
        };
        constexpr float small = 5e-4f;
        const double expected = (changed(small) - changed(-small)) / (2.0 * small);
        CAPTURE(graph.nodes[gradients.nodes()[n]].name, operand, i, expected, found[i]);
        REQUIRE(std::abs(expected - found[i]) <= 0.01 * std::abs(expected) + 0.02);
        if (std::abs(expected) > 0.1) ++checked;
      }
    }
  CHECK(checked > 5);
}

using Middle = std::function<TensorId(NetworkBuilder&, TensorId)>;

// Two layers around something that has an image of 4 by 4 by 3.
void require_right_through(const char* what, const Middle& middle) {
  CAPTURE(what);
  NetworkBuilder network(7);
  const TensorId image = network.input("image", {1, 4, 4, 2});
  const TensorId begin = network.convolution("begin", image, 3, 2, Activation::none);
  const TensorId end = network.convolution("end", middle(network, begin), 2, 1, Activation::none);
  require_right_gradients(network.finish({end}));
}

TensorId unary(NetworkBuilder& network, Op op, TensorId from) {
  return network.node(op, "middle", {from}, {1, 4, 4, 3}, Attributes::of(NoAttributes{}));
}

}  // namespace

TEST_CASE("gradients through layers are what finite differences say", "[prune][gradients]") {
  require_right_through("convolution", [](NetworkBuilder& network, TensorId from) {
    return network.convolution("middle", from, 3, 3, Activation::none);
  });
  require_right_through("convolution, strided and dilated", [](NetworkBuilder& network, TensorId from) {
    std::vector<float> weights(2 * 2 * 2 * 3);
    for (size_t i = 0; i < weights.size(); ++i) weights[i] = factor(3 * i);
    WindowAttributes window;
    window.stride_height = window.dilation_width = 2;
    window.pad_left = 1;
    return network.node(Op::convolution_2d, "middle",
                        {from, network.constant("weights", {2, 2, 2, 3}, weights),
                         network.constant("bias", {2}, {0.1f, -0.1f})},
                        {1, 2, 3, 2}, Attributes::of(window));
  });
  require_right_through("depthwise", [](NetworkBuilder& network, TensorId from) {
    return network.depthwise("middle", from, 2, 3, Activation::none);
  });
  NetworkBuilder network(8);
  const TensorId image = network.input("image", {1, 4, 4, 1});
  const TensorId begin = network.convolution("begin", image, 4, 3);
  const TensorId flat = network.reshape("flat", begin, {1, 64});
  require_right_gradients(network.finish({network.softmax("scores", network.dense("dense", flat, 3))}));
}

TEST_CASE("gradients through activations are what finite differences say", "[prune][gradients]") {
  for (const Activation activation : {Activation::relu, Activation::relu6, Activation::relu_n1_to_1})
    require_right_through("activation", [&](NetworkBuilder& network, TensorId from) {
      return network.convolution("middle", from, 3, 1, activation);
    });
  for (const Op op : {Op::logistic, Op::tanh})
    require_right_through("curve",
                          [&](NetworkBuilder& network, TensorId from) { return unary(network, op, from); });
  require_right_through("leaky", [](NetworkBuilder& network, TensorId from) {
    return network.node(Op::leaky_relu, "middle", {from}, {1, 4, 4, 3},
                        Attributes::of(LeakyReluAttributes{.alpha = 0.2f}));
  });
}

TEST_CASE("gradients through arithmetic are what finite differences say", "[prune][gradients]") {
  for (const Op op : {Op::add, Op::sub, Op::mul}) {
    require_right_through("with itself made anew", [&](NetworkBuilder& network, TensorId from) {
      const TensorId other = network.convolution("other", from, 3, 1, Activation::none);
      return network.node(op, "middle", {from, other}, {1, 4, 4, 3}, Attributes::of(NoAttributes{}));
    });
    require_right_through("broadcast", [&](NetworkBuilder& network, TensorId from) {
      const TensorId mean =
          network.average("mean", network.convolution("other", from, 3, 1, Activation::none));
      return network.node(op, "middle", {mean, from}, {1, 4, 4, 3}, Attributes::of(NoAttributes{}));
    });
  }
}

TEST_CASE("gradients through pools and movement are what finite differences say", "[prune][gradients]") {
  for (const Op op : {Op::average_pool_2d, Op::max_pool_2d})
    require_right_through("pool", [&](NetworkBuilder& network, TensorId from) {
      PoolAttributes pool;
      pool.window_height = pool.window_width = 3;
      pool.window.stride_height = 2;
      pool.window.pad_top = pool.window.pad_left = pool.window.pad_right = 1;
      return network.node(op, "middle", {from}, {1, 2, 4, 3}, Attributes::of(pool));
    });
  require_right_through("mean", [](NetworkBuilder& network, TensorId from) {
    return network.node(Op::mean, "middle", {from}, {1, 1, 1, 3},
                        Attributes::of(MeanAttributes{.axes = {1, -2}, .keep_dims = true}));
  });
  for (const int32_t axis : {1, 3})
    require_right_through("concatenation", [&](NetworkBuilder& network, TensorId from) {
      const TensorId other = network.convolution("other", from, 3, 1, Activation::none);
      return network.concatenate("middle", {other, from}, axis);
    });
  require_right_through("pad", [](NetworkBuilder& network, TensorId from) {
    return network.node(Op::pad, "middle", {from}, {1, 6, 5, 3},
                        Attributes::of(PadAttributes{.paddings = {0, 0, 1, 1, 0, 1, 0, 0}}));
  });
  require_right_through("reshape", [](NetworkBuilder& network, TensorId from) {
    return network.reshape("middle", from, {1, 2, 8, 3});
  });
}

TEST_CASE("an operator without a derivative is named", "[prune][gradients]") {
  NetworkBuilder network(9);
  const TensorId begin = network.convolution("begin", network.input("image", {1, 4, 4, 2}), 3, 1);
  const TensorId middle = network.softmax("middle", begin);
  const Graph graph =
      separate_activations(network.finish({network.convolution("end", middle, 2, 1, Activation::none)}));
  const auto obstacle = Gradients(graph, judged_tensors(graph)).obstacle();
  REQUIRE(obstacle);
  CHECK_THAT(*obstacle, Catch::Contains("middle"));
}

}  // namespace burin::test
