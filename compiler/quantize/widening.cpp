#include "quantize/widening.hpp"

#include <algorithm>
#include <set>

#include "quantize/assignment.hpp"
#include "quantize/network_fit.hpp"
#include "quantize/preparation.hpp"
#include "quantize/range_choice.hpp"

namespace burin {
namespace {

// A class of tensors, and what it would take to give it 16 bits.
struct Candidate {
  std::set<size_t> nodes;
  double noise = 0;  // squared error over energy of the judged tensors when only this class is int8
};

std::vector<Candidate> candidates(const Graph& graph, const SampleValues& samples) {
  const std::vector<Precision> all(graph.nodes.size(), Precision::s8);
  const AssignedGraph assigned = assign(graph, all, Precision::s8);
  const Assignment& assignment = assigned.assignment;  // without conversions: its nodes are the graph's
  const FloatExecutor executor(assigned.graph);
  const SampleValues some = some_of(samples, 64);
  const Statistics statistics = collect_statistics(executor, assignment, some);
  std::vector<Candidate> found(assignment.classes.size());
  std::vector<std::vector<Quantization>> offered(found.size());
  std::vector<bool> possible(found.size(), true);
  const auto refuse = [&](TensorId id) {
    if (assignment.class_of[id.index] != Assignment::no_class)
      possible[assignment.class_of[id.index]] = false;
  };
  for (const auto* list : {&graph.inputs, &graph.outputs})
    for (const TensorId id : *list) refuse(id);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const bool takes_both = assignment.integer(i) && takes({graph, graph.nodes[i]}, Precision::s16);
    for (const auto* list : {&graph.nodes[i].inputs, &graph.nodes[i].outputs})
      for (const TensorId id : *list) {
        if (!id.valid() || assignment.class_of[id.index] == Assignment::no_class) continue;
        found[assignment.class_of[id.index]].nodes.insert(i);
        if (!takes_both) refuse(id);
      }
  }
  for (size_t k = 0; k < found.size(); ++k)
    if (possible[k] && !assignment.classes[k].fixed)
      offered[k] = {quantization_by(RangeChoice{}, statistics.classes[k], Precision::s8)};
  const auto errors =
      errors_of_quantizations(executor, assignment, offered, judged_tensors(assigned.graph), some);
  std::vector<Candidate> result;
  for (size_t k = 0; k < found.size(); ++k) {
    if (offered[k].empty()) continue;
    found[k].noise = errors[k][0];
    result.push_back(std::move(found[k]));
  }
  return result;
}

}  // namespace

std::vector<std::vector<size_t>> widening_sets(const Graph& prepared, const SampleValues& samples,
                                               const std::function<double(size_t node)>& extra_cost) {
  std::vector<Candidate> left = candidates(prepared, samples);
  std::vector<std::optional<double>> costs(prepared.nodes.size());
  std::set<size_t> wide;
  std::vector<std::vector<size_t>> sets = {{}};
  const auto cost_of = [&](const Candidate& candidate) {
    double sum = 0;
    for (const size_t node : candidate.nodes) {
      if (wide.contains(node)) continue;
      if (!costs[node]) costs[node] = std::max(1.0, extra_cost(node));
      sum += *costs[node];
    }
    return sum;
  };
  while (!left.empty()) {
    // What costs nothing any more comes with what was taken before.
    std::erase_if(left, [&](const Candidate& candidate) { return cost_of(candidate) <= 0; });
    const auto best = std::ranges::max_element(
        left, {}, [&](const Candidate& candidate) { return candidate.noise / cost_of(candidate); });
    if (best == left.end()) break;
    wide.insert(best->nodes.begin(), best->nodes.end());
    sets.emplace_back(wide.begin(), wide.end());
    left.erase(best);
  }
  return sets;
}

}  // namespace burin
