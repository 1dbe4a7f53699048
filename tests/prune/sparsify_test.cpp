#include "prune/sparsify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "ir/verify.hpp"
#include "prune/likeness.hpp"
#include "quantize/quantization.hpp"
#include "quantize/tasks.hpp"
#include "support/networks.hpp"

namespace burin::test {
namespace {

Graph network_of_all_kinds(uint64_t seed) {
  NetworkBuilder network(seed);
  const TensorId image = network.input("image", {1, 8, 8, 2});
  const TensorId first = network.convolution("first", image, 12, 3);
  const TensorId taps = network.depthwise("taps", first, 1, 3);
  const TensorId second = network.convolution("second", taps, 12, 1, Activation::none);
  const TensorId third = network.convolution("third", network.add("sum", first, second), 24, 1);
  const TensorId mean = network.reshape("mean", network.average("average", third), {1, 24});
  return network.finish({network.softmax("scores", network.dense("logits", mean, 6))});
}

double db(const SparseGraph& sparse, const SampleValues& samples) {
  return likeness(sparse.before, sparse.graph, samples).sqnr_db();
}

int64_t counted_zeros(const Graph& graph) {
  int64_t zeros = 0;
  for (const size_t n : weighted_nodes(graph))
    zeros += std::ranges::count(graph.at(graph.nodes[n].inputs[1]).constant->as<float>(), 0.0f);
  return zeros;
}

}  // namespace

TEST_CASE("half of the weights become 0, and the others make up for it", "[prune][sparsify]") {
  const uint64_t seed = GENERATE(1, 2, 3);
  const Graph graph = network_of_all_kinds(seed);
  Random random(seed);
  const SampleValues samples = smooth_samples(graph, random, 160);
  const SampleValues unseen = smooth_samples(graph, random, 100);
  const Result<SparseGraph> sparse = sparsify(graph, samples, {.share = 0.5});
  REQUIRE(sparse);
  CHECK(broken_rules(sparse->graph).empty());
  CHECK(sparse->zeros == counted_zeros(sparse->graph));
  CHECK(2 * sparse->zeros >= sparse->weights);
  CHECK(2 * sparse->zeros <= sparse->weights + 2);
  REQUIRE(sparse->graph.nodes.size() == graph.nodes.size());
  for (size_t n = 0; n < graph.nodes.size(); ++n)
    CHECK(sparse->graph.at(sparse->graph.nodes[n].outputs[0]).type ==
          graph.at(graph.nodes[n].outputs[0]).type);
  const Result<SparseGraph> plain = sparsify(graph, samples, {.share = 0.5, .refit = false});
  REQUIRE(plain);
  CHECK(2 * plain->zeros >= plain->weights);
  CAPTURE(seed, db(*sparse, unseen), db(*plain, unseen));
  CHECK(db(*sparse, unseen) > db(*plain, unseen) + 6);
}

TEST_CASE("weights that are 0 count, and a share that they make up costs nothing", "[prune][sparsify]") {
  Graph graph = network_of_all_kinds(4);
  const Node& third = graph.nodes[4];
  REQUIRE(third.name == "third");
  Tensor& weights = graph.at(third.inputs[1]);
  const auto old = weights.constant->as<float>();
  std::vector<float> values(old.begin(), old.end());
  for (size_t i = 0; i < values.size(); i += 3) values[i] = 0;
  weights.constant = Constant::of(values);
  Random random(4);
  const SampleValues samples = smooth_samples(graph, random, 64);
  int64_t all = 0;
  for (const size_t n : weighted_nodes(graph))
    all += graph.at(graph.nodes[n].inputs[1]).type.shape.elements();
  const double share = static_cast<double>(counted_zeros(graph)) / static_cast<double>(all);
  const Result<SparseGraph> sparse = sparsify(graph, samples, {.share = share});
  REQUIRE(sparse);
  CHECK(sparse->zeros <= counted_zeros(graph) + 1);
  CHECK(db(*sparse, smooth_samples(graph, random, 32)) > 40);
}

TEST_CASE("what was made sparse stays so when it is quantized", "[prune][sparsify]") {
  const Graph graph = network_of_all_kinds(7);
  Random random(7);
  const SampleValues samples = smooth_samples(graph, random, 96);
  const Result<SparseGraph> sparse = sparsify(graph, samples, {.share = 0.6});
  REQUIRE(sparse);
  const Result<QuantizedModel> quantized = quantize_model(sparse->graph, samples, {});
  REQUIRE(quantized);
  size_t layers = 0;
  for (const size_t n : weighted_nodes(sparse->graph)) {
    const auto same = std::ranges::find(quantized->graph.nodes, sparse->graph.nodes[n].name, &Node::name);
    REQUIRE(same != quantized->graph.nodes.end());
    const auto real = sparse->graph.at(sparse->graph.nodes[n].inputs[1]).constant->as<float>();
    const auto integers = quantized->graph.at(same->inputs[1]).constant->as<int8_t>();
    REQUIRE(integers.size() == real.size());
    for (size_t i = 0; i < real.size(); ++i)
      if (real[i] == 0) CHECK(integers[i] == 0);
    ++layers;
  }
  CHECK(layers == 5);
}

TEST_CASE("equal input gives an equal sparse model", "[prune][sparsify]") {
  const Graph graph = network_of_all_kinds(5);
  Random random(5);
  const SampleValues samples = smooth_samples(graph, random, 48);
  const Result<SparseGraph> first = sparsify(graph, samples, {.share = 0.7});
  const Result<SparseGraph> second = sparsify(graph, samples, {.share = 0.7});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->graph == second->graph);
  const Result<SparseGraph> all = sparsify(graph, samples, {.share = 1});
  REQUIRE(all);
  CHECK(all->zeros == all->weights);
}

TEST_CASE("what has no weights to thin out is refused", "[prune][sparsify]") {
  NetworkBuilder network(6);
  const Graph graph = network.finish({network.softmax("scores", network.input("x", {1, 8}))});
  Random random(6);
  const Result<SparseGraph> none = sparsify(graph, smooth_samples(graph, random, 16), {.share = 0.5});
  REQUIRE(!none);
  CHECK(none.diagnostics()[0].code == DiagnosticCode::E0402);
  const Graph other = network_of_all_kinds(6);
  const Result<SparseGraph> blind = sparsify(other, smooth_samples(other, random, 3), {.share = 0.5});
  REQUIRE(!blind);
  CHECK(blind.diagnostics()[0].code == DiagnosticCode::E0204);
}

// burin_tests '[.sparsify_figures]'; BURIN_TASK names one task.
TEST_CASE("figures of sparse weights on trained models", "[.sparsify_figures]") {
  for (const Task& task : all_tasks()) {
    const char* wanted = std::getenv("BURIN_TASK");
    if (!std::filesystem::exists(task.folder / "test_labels.npy") || (wanted && task.name != wanted))
      continue;
    const Graph graph = task.model();
    const SampleValues samples = task.calibration(graph);
    const SampleValues inputs = task.test_inputs(graph);
    const std::vector<float> labels = read_npy_array(task.folder / "test_labels.npy").values;
    const auto top_1 = [&](const Graph& each) {
      const std::vector<size_t> chosen = classes(each, inputs);
      size_t right = 0;
      for (size_t i = 0; i < chosen.size(); ++i) right += chosen[i] == static_cast<size_t>(labels[i]) ? 1 : 0;
      return 100.0 * static_cast<double>(right) / static_cast<double>(chosen.size());
    };
    for (const double share : {0.5, 0.8}) {
      const auto start = std::chrono::steady_clock::now();
      const Result<SparseGraph> sparse = sparsify(graph, samples, {.share = share});
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const Result<SparseGraph> plain = sparsify(graph, samples, {.share = share, .refit = false});
      REQUIRE(sparse);
      REQUIRE(plain);
      fmt::print("{:<18} {:>5.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>7.2f} {:>6.1f}\n", task.name, share,
                 db(*sparse, inputs), top_1(sparse->before), top_1(sparse->graph), top_1(plain->graph),
                 seconds);
      std::fflush(stdout);
    }
  }
}

}  // namespace burin::test
