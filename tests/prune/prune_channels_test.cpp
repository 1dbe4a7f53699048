#include "prune/prune_channels.hpp"

#include <catch2/catch.hpp>

#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "prune/likeness.hpp"
#include "quantize/preparation.hpp"
#include "quantize/quantization.hpp"
#include "quantize/tasks.hpp"
#include "support/networks.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

// A residual network with a depthwise layer, wider than it need be.
Graph wide_network(uint64_t seed) {
  NetworkBuilder network(seed);
  const TensorId image = network.input("image", {1, 8, 8, 1});
  const TensorId first = network.convolution("first", image, 12, 3);
  const TensorId taps = network.depthwise("taps", first, 1, 3);
  const TensorId second = network.convolution("second", taps, 12, 1, Activation::none);
  const TensorId sum = network.add("sum", first, second);
  const TensorId third = network.convolution("third", sum, 16, 1);
  const TensorId mean = network.reshape("mean", network.average("average", third), {1, 16});
  return network.finish({network.softmax("scores", network.dense("logits", mean, 6))});
}

PruneOptions to_share(const Graph& graph, double share) {
  PruneOptions options;
  options.budgets = {{.name = "macs",
                      .cost = [](const Graph& each) { return static_cast<double>(graph_macs(each)); },
                      .limit = share * static_cast<double>(graph_macs(prepare_for_quantization(graph)))}};
  return options;
}

double test_db(const PrunedGraph& pruned, const SampleValues& samples) {
  return likeness(pruned.before, pruned.graph, samples).sqnr_db();
}

}  // namespace

TEST_CASE("half of a network's work goes, and the rest makes up for it", "[prune]") {
  const uint64_t seed = GENERATE(1, 2, 3);
  const Graph graph = wide_network(seed);
  Random random(seed);
  const SampleValues samples = smooth_samples(graph, random, 160);
  const SampleValues unseen = smooth_samples(graph, random, 100);
  PruneOptions options = to_share(graph, 0.5);
  const Result<PrunedGraph> pruned = prune_channels(graph, samples, options);
  REQUIRE(pruned);
  CHECK(pruned->within_budgets);
  CHECK(pruned->removed_groups > 5);
  CHECK(broken_rules(pruned->graph).empty());
  CHECK(check_operators(pruned->graph).empty());
  CHECK(graph_macs(pruned->graph) * 2 <= graph_macs(pruned->before));
  CHECK(graph_macs(pruned->graph) * 5 > graph_macs(pruned->before) * 2);
  CHECK(constant_bytes(pruned->graph) < constant_bytes(pruned->before));
  CHECK(pruned->graph.nodes.size() == pruned->before.nodes.size());
  // Activations are fused again.
  CHECK(pruned->graph.nodes.size() == graph.nodes.size());

  options.refit = false;
  const Result<PrunedGraph> plain = prune_channels(graph, samples, options);
  REQUIRE(plain);
  CAPTURE(seed, test_db(*pruned, unseen), test_db(*plain, unseen));
  CHECK(test_db(*pruned, unseen) > test_db(*plain, unseen) + 6);
}

TEST_CASE("equal input gives an equal pruned model", "[prune]") {
  const Graph graph = wide_network(4);
  Random random(4);
  const SampleValues samples = smooth_samples(graph, random, 64);
  const Result<PrunedGraph> first = prune_channels(graph, samples, to_share(graph, 0.7));
  const Result<PrunedGraph> second = prune_channels(graph, samples, to_share(graph, 0.7));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->graph == second->graph);
}

TEST_CASE("a network within its budget stays as it is", "[prune]") {
  const Graph graph = wide_network(5);
  Random random(5);
  const Result<PrunedGraph> pruned =
      prune_channels(graph, smooth_samples(graph, random, 16), to_share(graph, 1));
  REQUIRE(pruned);
  CHECK(pruned->removed_groups == 0);
  CHECK(pruned->graph == pruned->before);
}

TEST_CASE("channels that carry nothing go first, and cost nothing", "[prune]") {
  Graph graph = wide_network(6);
  // Three outputs of the third convolution are always zero.
  const Node& third = graph.nodes[4];
  REQUIRE(third.name == "third");
  for (const size_t operand : {1, 2}) {
    const auto old = graph.at(third.inputs[operand]).constant->as<float>();
    std::vector<float> values(old.begin(), old.end());
    const size_t row = values.size() / 16;
    for (const size_t dead : {2, 7, 11})
      std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(dead * row), row, 0.0f);
    graph.at(third.inputs[operand]).constant = Constant::of(values);
  }
  Random random(6);
  const SampleValues samples = smooth_samples(graph, random, 64);
  const double share = 1 - 0.9 * 3 * 12 * 64 / static_cast<double>(graph_macs(graph));
  const Result<PrunedGraph> pruned = prune_channels(graph, samples, to_share(graph, share));
  REQUIRE(pruned);
  CHECK(pruned->removed_groups == 3);
  CHECK(pruned->graph.at(pruned->graph.nodes[4].outputs[0]).type.shape[3] == 13);
  CHECK(test_db(*pruned, smooth_samples(graph, random, 32)) > 60);
}

TEST_CASE("several budgets are kept to at once, and channels go by fours where that is wanted", "[prune]") {
  const Graph graph = wide_network(7);
  Random random(7);
  const SampleValues samples = smooth_samples(graph, random, 48);
  PruneOptions options = to_share(graph, 0.8);
  options.budgets[0].multiple = 4;
  options.budgets.push_back(
      {.name = "bytes",
       .cost = [](const Graph& each) { return static_cast<double>(constant_bytes(each)); },
       .limit = 0.6 * static_cast<double>(constant_bytes(graph)),
       .multiple = 4});
  const Result<PrunedGraph> pruned = prune_channels(graph, samples, options);
  REQUIRE(pruned);
  CHECK(pruned->within_budgets);
  for (const Budget& budget : options.budgets) CHECK(budget.cost(pruned->graph) <= budget.limit);
  for (const Node& node : pruned->graph.nodes)
    if (node.op == Op::convolution_2d || node.op == Op::depthwise_convolution_2d)
      CHECK(pruned->graph.at(node.outputs[0]).type.shape[3] % 4 == 0);
}

TEST_CASE("a budget that no network of this form keeps to is not kept to", "[prune]") {
  const Graph graph = wide_network(8);
  Random random(8);
  const Result<PrunedGraph> pruned =
      prune_channels(graph, smooth_samples(graph, random, 16), to_share(graph, 0.001));
  REQUIRE(pruned);
  CHECK(!pruned->within_budgets);
  CHECK(broken_rules(pruned->graph).empty());
  for (const Node& node : pruned->graph.nodes)
    CHECK(pruned->graph.at(node.outputs[0]).type.shape.elements() > 0);
}

TEST_CASE("what cannot be pruned is refused", "[prune]") {
  Random random(9);
  NetworkBuilder network(9);
  const Graph single = network.finish({network.dense("dense", network.input("x", {1, 8}), 4)});
  const Result<PrunedGraph> nothing =
      prune_channels(single, smooth_samples(single, random, 16), to_share(single, 0.5));
  REQUIRE(!nothing);
  CHECK(nothing.diagnostics()[0].code == DiagnosticCode::E0402);
  const Graph graph = wide_network(9);
  const Result<PrunedGraph> blind =
      prune_channels(graph, smooth_samples(graph, random, 3), to_share(graph, 0.5));
  REQUIRE(!blind);
  CHECK(blind.diagnostics()[0].code == DiagnosticCode::E0204);
}

// The table of docs/pruning.md: burin_tests '[.prune_figures]'. BURIN_TASK names one task.
TEST_CASE("figures of pruning on trained models", "[.prune_figures]") {
  struct Row {
    const char* task;
    double share;
  };
  fmt::print("{:<18} {:>5} {:>7} {:>8} {:>8} {:>8} {:>7} {:>6}\n", "task", "MACs", "reached", "test dB",
             "float", "pruned", "plain", "s");
  for (const Row& row :
       {Row{"kws", 0.75}, Row{"kws", 0.5}, Row{"fashion_mobilenet", 0.75}, Row{"fashion_mobilenet", 0.5},
        Row{"fashion_resnet", 0.75}, Row{"fashion_resnet", 0.5}, Row{"resnet8", 0.88}, Row{"resnet8", 0.5}})
    for (const Task& task : all_tasks()) {
      const char* wanted = std::getenv("BURIN_TASK");
      if (task.name != row.task || (wanted && task.name != wanted)) continue;
      const Graph graph = task.model();
      const SampleValues samples = task.calibration(graph);
      const SampleValues inputs = task.test_inputs(graph);
      const std::vector<float> labels = read_npy_array(task.folder / "test_labels.npy").values;
      PruneOptions options = to_share(graph, row.share);
      const auto start = std::chrono::steady_clock::now();
      const Result<PrunedGraph> pruned = prune_channels(graph, samples, options);
      const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      options.refit = false;
      const Result<PrunedGraph> plain = prune_channels(graph, samples, options);
      REQUIRE(pruned);
      REQUIRE(plain);
      const auto top_1 = [&](const Graph& each) {
        const std::vector<size_t> chosen = classes(each, inputs);
        size_t right = 0;
        for (size_t i = 0; i < chosen.size(); ++i)
          right += chosen[i] == static_cast<size_t>(labels[i]) ? 1 : 0;
        return 100.0 * static_cast<double>(right) / static_cast<double>(chosen.size());
      };
      fmt::print(
          "{:<18} {:>5.2f} {:>7.3f} {:>8.2f} {:>8.2f} {:>8.2f} {:>7.2f} {:>6.1f}\n", task.name, row.share,
          static_cast<double>(graph_macs(pruned->graph)) / static_cast<double>(graph_macs(pruned->before)),
          test_db(*pruned, inputs), top_1(pruned->before), top_1(pruned->graph), top_1(plain->graph),
          seconds);
      std::fflush(stdout);
    }
}

}  // namespace burin::test
