#include "support/kernel_samples.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <set>

#include "lower/select.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"
#include "support/combine.hpp"
#include "support/emitted.hpp"

namespace burin::test {
namespace {

std::vector<DType> types_of(const Graph& graph) {
  std::vector<DType> types;
  for (const auto* ids : {&graph.nodes.front().inputs, &graph.nodes.front().outputs})
    for (const TensorId id : *ids)
      if (id.valid()) types.push_back(graph.at(id).type.dtype);
  return types;
}

// What one kernel takes, of the first draws of its operator's sampler.
std::vector<Graph> samples_of(const Operator& definition, const Kernel& kernel, const Target& target,
                              SamplesOf which) {
  constexpr uint64_t draws = 150;
  const std::function<bool(const KernelFacts&)> only = [&](const KernelFacts& facts) {
    return &facts == &kernel.facts();
  };
  std::vector<Graph> found;
  std::map<std::vector<DType>, size_t> counts;
  const size_t most = which == SamplesOf::every_form ? 3 : 1;
  for (uint64_t seed = 0; seed < draws; ++seed) {
    Random random(seed * 1000003 + static_cast<uint64_t>(definition.facts().op));
    Graph graph = sample_graph(definition.facts().op, random);
    size_t& count = counts[types_of(graph)];
    if (count == most) continue;
    const std::vector<Offer> offers =
        ask_kernels({graph, graph.nodes.front()}, {target, Rounding::tflm, Objective::speed, only});
    if (std::ranges::none_of(offers, [](const Offer& offer) { return offer.call() != nullptr; })) continue;
    ++count;
    found.push_back(std::move(graph));
    if (which == SamplesOf::every_kernel) break;
  }
  return found;
}

}  // namespace

std::vector<Compilation> kernel_samples(const Target& target, SamplesOf which, size_t most) {
  std::map<Op, std::vector<const Kernel*>> kernels;
  for (const Kernel* kernel : all_kernels())
    if (std::ranges::find(target.kernel_sets, kernel->facts().set) != target.kernel_sets.end())
      kernels[kernel->facts().op].push_back(kernel);
  std::vector<Compilation> programs;
  std::set<const KernelFacts*> chosen;
  std::vector<Graph> graphs;
  const auto finish = [&] {
    if (graphs.empty()) return;
    const Graph all = combine(graphs);
    CompileOptions options;
    options.name = "samples";
    options.model = "samples";
    // A sample may need operators besides its own: any of their kernels will do.
    options.offers = [&](const KernelFacts& facts) {
      return chosen.contains(&facts) ||
             std::ranges::none_of(chosen, [&](const KernelFacts* one) { return one->op == facts.op; });
    };
    Result<Compilation> compilation = generate_code(all, all, target, options, "");
    INFO(messages(compilation.diagnostics()));
    REQUIRE(compilation.ok());
    programs.push_back(*std::move(compilation));
    chosen.clear();
    graphs.clear();
  };
  for (size_t turn = 0;; ++turn) {
    bool any = false;
    for (const auto& [op, list] : kernels) {
      if (turn >= list.size()) continue;
      any = true;
      chosen.insert(&list[turn]->facts());
      for (Graph& graph : samples_of(operator_of(op), *list[turn], target, which))
        graphs.push_back(std::move(graph));
      if (graphs.size() >= most) finish();
    }
    finish();
    if (!any) return programs;
  }
}

}  // namespace burin::test
