#include "prune/distill.hpp"

#include <catch2/catch.hpp>

#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "prune/likeness.hpp"
#include "prune/prune_channels.hpp"
#include "quantize/preparation.hpp"
#include "support/networks.hpp"

namespace burin::test {
namespace {

Graph small_network(uint64_t seed) {
  NetworkBuilder network(seed);
  const TensorId image = network.input("image", {1, 6, 6, 1});
  const TensorId first = network.convolution("first", image, 8, 3);
  const TensorId taps = network.depthwise("taps", first, 1, 3);
  const TensorId second = network.convolution("second", taps, 8, 1, Activation::none);
  const TensorId sum = network.add("sum", first, second);
  const TensorId mean = network.reshape("mean", network.average("average", sum), {1, 8});
  return network.finish({network.softmax("scores", network.dense("logits", mean, 4))});
}

Graph pruned(const Graph& graph, const SampleValues& samples) {
  PruneOptions options;
  options.fit_held_out = false;
  options.budgets = {{.name = "macs",
                      .cost = [](const Graph& each) { return static_cast<double>(graph_macs(each)); },
                      .limit = 0.5 * static_cast<double>(graph_macs(graph))}};
  const Result<PrunedGraph> result = prune_channels(graph, samples, options);
  REQUIRE(result);
  return result->graph;
}

}  // namespace

TEST_CASE("a pruned network learns on inputs alone what the whole one computes", "[prune][distill]") {
  const Graph teacher = small_network(1);
  Random random(1);
  const Graph student = pruned(teacher, smooth_samples(teacher, random, 100));
  const SampleValues lessons = smooth_samples(teacher, random, 400);
  const SampleValues unseen = smooth_samples(teacher, random, 200);
  DistillOptions options;
  options.epochs = 12;
  std::vector<double> done;
  options.progress = [&](double share, double) { done.push_back(share); };
  const Result<Distilled> result = distill(teacher, student, lessons, options);
  REQUIRE(result);
  CHECK(done.size() == static_cast<size_t>(result->epochs));
  CHECK(done.back() <= 1);
  CHECK(broken_rules(result->graph).empty());
  CHECK(check_operators(result->graph).empty());
  CHECK(graph_macs(result->graph) == graph_macs(student));
  CHECK(result->graph.nodes.size() == student.nodes.size());
  CAPTURE(result->error, result->error_before);
  CHECK(result->error < 0.8 * result->error_before);
  CHECK(likeness(teacher, result->graph, unseen).sqnr_db() >
        likeness(teacher, student, unseen).sqnr_db() + 1);

  const Result<Distilled> again = distill(teacher, student, lessons, options);
  REQUIRE(again);
  CHECK(again->graph == result->graph);
  options.seed = 2;
  const Result<Distilled> other = distill(teacher, student, lessons, options);
  REQUIRE(other);
  CHECK(other->graph != result->graph);
}

TEST_CASE("training never ends worse than it began", "[prune][distill]") {
  const Graph teacher = small_network(2);
  Random random(2);
  const SampleValues samples = smooth_samples(teacher, random, 40);
  const Graph student = pruned(teacher, samples);
  DistillOptions options;
  options.epochs = 4;
  options.step = GENERATE(3.0, 1e20);  // far too large: values explode
  const Result<Distilled> result = distill(teacher, student, samples, options);
  REQUIRE(result);
  CHECK(result->error <= result->error_before);
  // What was there was perfect already.
  const Result<Distilled> same = distill(teacher, teacher, samples, options);
  REQUIRE(same);
  CHECK(likeness(teacher, same->graph, samples).relative_error < 1e-9);
}

TEST_CASE("what cannot be distilled is refused", "[prune][distill]") {
  NetworkBuilder network(3);
  const TensorId begin = network.convolution("begin", network.input("image", {1, 4, 4, 2}), 3, 1);
  const TensorId middle = network.softmax("middle", begin);
  const Graph graph = network.finish({network.convolution("end", middle, 2, 1, Activation::none)});
  Random random(3);
  const Result<Distilled> result = distill(graph, graph, smooth_samples(graph, random, 3), {});
  REQUIRE(!result);
  REQUIRE(result.diagnostics().size() == 2);
  CHECK(result.diagnostics()[0].code == DiagnosticCode::E0204);
  CHECK(result.diagnostics()[1].code == DiagnosticCode::E0402);
  CHECK_THAT(result.diagnostics()[1].place, Catch::Contains("middle"));
}

}  // namespace burin::test
