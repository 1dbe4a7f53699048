#include "prune/removable_groups.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "passes/channel_ranges.hpp"
#include "prune/separate_activations.hpp"
#include "quantize/preparation.hpp"
#include "support/networks.hpp"

namespace burin::test {
namespace {

// Groups as texts such as "a:0 b:0 b:1", by the tensors' names.
std::vector<std::string> described(const Graph& graph) {
  std::vector<std::string> result;
  for (const RemovableGroup& group : removable_groups(graph)) {
    std::string text;
    for (const Channel& channel : group)
      if (!graph.at(channel.tensor).is_constant())
        text +=
            (text.empty() ? "" : " ") + graph.at(channel.tensor).name + ":" + std::to_string(channel.channel);
    result.push_back(text);
  }
  return result;
}

// No layer that sums over channels gets anything from these any more.
void cut_off(Graph& graph, const std::vector<RemovableGroup>& groups) {
  std::map<size_t, std::vector<bool>> gone;  // by tensor
  for (const RemovableGroup& group : groups)
    for (const Channel& channel : group) {
      std::vector<bool>& flags = gone[channel.tensor.index];
      flags.resize(static_cast<size_t>(channel_count(graph.at(channel.tensor))));
      flags[static_cast<size_t>(channel.channel)] = true;
    }
  for (const Node& node : graph.nodes) {
    const NodeView view{graph, node};
    if (!sums_over_channels(view) || !gone.contains(node.inputs[0].index)) continue;
    const std::vector<bool>& flags = gone.at(node.inputs[0].index);
    const auto old = view.input(1).constant->as<float>();
    std::vector<float> weights(old.begin(), old.end());
    for (size_t i = 0; i < weights.size(); ++i)
      if (flags[i % flags.size()]) weights[i] = 0;
    graph.at(node.inputs[1]).constant = Constant::of(weights);
  }
}

// Some of the groups, so that every tensor keeps a channel.
std::vector<RemovableGroup> some_groups(const Graph& graph, Random& random) {
  std::vector<RemovableGroup> chosen;
  std::map<size_t, int64_t> left;
  for (const RemovableGroup& group : removable_groups(graph)) {
    std::map<size_t, int64_t> going;
    for (const Channel& channel : group) ++going[channel.tensor.index];
    bool possible = random.real(0, 1) < 0.6;
    for (const auto& [tensor, count] : going)
      possible &= left.try_emplace(tensor, channel_count(graph.tensors[tensor])).first->second > count;
    if (!possible) continue;
    for (const auto& [tensor, count] : going) left[tensor] -= count;
    chosen.push_back(group);
  }
  return chosen;
}

// Layers, additions and joins of images of one size, flattened or averaged at the end.
Graph random_network(uint64_t seed) {
  NetworkBuilder network(seed);
  Random random(seed);
  std::vector<TensorId> images = {network.input("image", {1, 3, 3, random.integer(1, 3)})};
  std::vector<int32_t> widths = {0};  // of images; 0: not to be added
  const int32_t steps = random.integer(3, 9);
  for (int32_t i = 0; i < steps; ++i) {
    const std::string name = "layer" + std::to_string(i);
    const auto any = static_cast<size_t>(random.integer(0, static_cast<int32_t>(images.size()) - 1));
    const size_t last = images.size() - 1;
    const Activation activation = random.chance(0.5) ? Activation::relu6 : Activation::none;
    const int32_t kind = random.integer(0, 5);
    if (kind < 3) {
      widths.push_back(2 * random.integer(1, 3));
      images.push_back(
          network.convolution(name, images[last], widths.back(), random.integer(1, 3), activation));
    } else if (kind == 3) {
      const int32_t multiplier = random.integer(1, 2);
      widths.push_back(widths[last] * multiplier);
      images.push_back(network.depthwise(name, images[last], multiplier, 3, activation));
    } else if (kind == 4) {
      const auto same = std::ranges::find(widths, widths[last]) - widths.begin();
      if (widths[last] == 0) continue;
      widths.push_back(widths[last]);
      images.push_back(network.add(name, images[static_cast<size_t>(same)], images[last]));
    } else {
      widths.push_back(0);
      images.push_back(network.concatenate(name, {images[last], images[any]}, 3));
    }
  }
  const TensorId end = network.convolution("end", images.back(), 4, 1);
  const TensorId flat = random.chance(0.5) ? network.reshape("flat", end, {1, 36})
                                           : network.reshape("flat", network.average("average", end), {1, 4});
  return network.finish({network.dense("dense", flat, 3)});
}

void require_same_outputs(const Graph& graph, const Graph& smaller, const SampleValues& samples) {
  for (size_t s = 0; s < samples.count(); ++s) {
    const std::vector<float> expected = evaluated_outputs(graph, samples, s);
    const std::vector<float> actual = evaluated_outputs(smaller, samples, s);
    REQUIRE(expected.size() == actual.size());
    float magnitude = 0.1f;
    for (const float x : expected)
      if (std::isfinite(x)) magnitude = std::max(magnitude, std::abs(x));
    for (size_t i = 0; i < expected.size(); ++i)
      if (std::isfinite(expected[i])) REQUIRE(std::abs(expected[i] - actual[i]) <= 2e-5f * magnitude);
  }
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a layer's channels go with what is made of them one by one", "[prune]") {
  NetworkBuilder network(1);
  const TensorId image = network.input("image", {1, 4, 4, 1});
  const TensorId first = network.convolution("first", image, 2, 3);
  const TensorId taps = network.depthwise("taps", first, 2, 3);
  const TensorId last = network.convolution("last", taps, 1, 1);
  const Graph graph = network.finish({last});
  CHECK(described(graph) == Texts{"first:0 taps:0 taps:1", "first:1 taps:2 taps:3"});
}

TEST_CASE("what a depthwise layer makes of one channel goes by itself", "[prune]") {
  NetworkBuilder network(2);
  const TensorId taps = network.depthwise("taps", network.input("image", {1, 4, 4, 1}), 3, 3);
  const Graph graph = network.finish({network.convolution("last", taps, 2, 1)});
  CHECK(described(graph) == Texts{"taps:0", "taps:1", "taps:2"});
}

TEST_CASE("additions tie channels, concatenations move them, the flattened keep their pixels", "[prune]") {
  NetworkBuilder network(3);
  const TensorId image = network.input("image", {1, 1, 2, 1});
  const TensorId a = network.convolution("a", image, 2, 1);
  const TensorId b = network.convolution("b", a, 2, 1);
  const TensorId sum = network.add("sum", a, b);
  const TensorId c = network.convolution("c", image, 1, 1);
  const TensorId joined = network.concatenate("joined", {c, sum}, 3);
  const TensorId flat = network.reshape("flat", joined, {1, 6});
  const Graph graph = network.finish({network.dense("dense", flat, 2)});
  CHECK(described(graph) == Texts{"a:0 b:0 sum:0 joined:1 flat:1 flat:4",
                                  "a:1 b:1 sum:1 joined:2 flat:2 flat:5", "c:0 joined:0 flat:0 flat:3"});
}

TEST_CASE("channels of inputs, outputs and of what mixes them stay", "[prune]") {
  NetworkBuilder network(4);
  const TensorId image = network.input("image", {1, 2, 2, 2});
  const TensorId through = network.depthwise("through", image, 1, 1);
  const TensorId seen = network.convolution("seen", through, 2, 1);
  const TensorId mixed = network.softmax("mixed", network.convolution("logits", seen, 2, 1));
  const Graph graph = network.finish({seen, network.convolution("last", mixed, 2, 1)});
  CHECK(described(graph).empty());
}

TEST_CASE("removing what nothing reads changes no output", "[prune]") {
  NetworkBuilder network(5);
  const TensorId image = network.input("image", {1, 5, 5, 2});
  const TensorId first = network.convolution("first", image, 8, 3);
  const TensorId taps = network.depthwise("taps", first, 1, 3, Activation::relu6);
  const TensorId second = network.convolution("second", taps, 8, 1, Activation::none);
  const TensorId sum = network.add("sum", second, first);
  const TensorId flat = network.reshape("flat", network.concatenate("joined", {sum, taps}, 3), {1, 400});
  Graph graph = network.finish({network.softmax("scores", network.dense("dense", flat, 4))});
  Random random(6);
  const std::vector<RemovableGroup> groups = some_groups(graph, random);
  REQUIRE(groups.size() > 1);
  cut_off(graph, groups);
  const Graph smaller = remove_channels(graph, groups);
  CHECK(broken_rules(smaller).empty());
  CHECK(check_operators(smaller).empty());
  CHECK(smaller.nodes.size() == graph.nodes.size());
  const auto left = static_cast<int32_t>(8 - groups.size());
  CHECK(smaller.at(smaller.nodes[0].outputs[0]).type.shape == Shape{1, 5, 5, left});
  require_same_outputs(graph, smaller, smooth_samples(graph, random, 5));
}

TEST_CASE("removing what nothing reads changes no output of random networks", "[prune]") {
  size_t removed = 0;
  for (uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    Graph graph = separate_activations(prepare_for_quantization(random_network(seed)));
    Random random(seed);
    const std::vector<RemovableGroup> groups = some_groups(graph, random);
    if (groups.empty()) continue;
    ++removed;
    cut_off(graph, groups);
    const Graph smaller = remove_channels(graph, groups);
    REQUIRE(broken_rules(smaller).empty());
    REQUIRE(check_operators(smaller).empty());
    const Graph fused = fuse_separate_activations(smaller);
    REQUIRE(broken_rules(fused).empty());
    const SampleValues samples = smooth_samples(graph, random, 2);
    require_same_outputs(graph, smaller, samples);
    require_same_outputs(graph, fused, samples);
  }
  CHECK(removed > 40);
}

}  // namespace burin::test
