#include "prune/prune_channels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "ops/operator.hpp"
#include "passes/channel_ranges.hpp"
#include "prune/channel_scores.hpp"
#include "prune/held_out.hpp"
#include "prune/least_squares.hpp"
#include "prune/likeness.hpp"
#include "prune/separate_activations.hpp"
#include "quantize/network_fit.hpp"
#include "quantize/preparation.hpp"

namespace burin {
namespace {

// Rows of each layer that scores and the final fits look at.
constexpr int64_t rows_for_scores = 12000;
constexpr int64_t rows_for_fits = 60000;
constexpr size_t samples_for_scores = 256;
constexpr size_t samples_for_errors = 128;
constexpr size_t samples_for_sensitivities = 64;
// Share of the cost that one step removes, before it looks again.
constexpr double step_share = 0.025;
constexpr size_t fewest_to_set_aside = 32;
constexpr size_t period_of_judging = 8;
constexpr double never = std::numeric_limits<double>::infinity();

std::vector<int32_t> channels_of(const RemovableGroup& group, TensorId tensor) {
  std::vector<int32_t> result;
  for (const Channel& channel : group)
    if (channel.tensor == tensor) result.push_back(channel.channel);
  return result;
}

// By tensor: how many of its channels a group has.
using Extent = std::map<size_t, int64_t>;
Extent extent_of(const RemovableGroup& group) {
  Extent extent;
  for (const Channel& channel : group) ++extent[channel.tensor.index];
  return extent;
}

class Search {
 public:
  Search(const Graph& graph, const SampleValues& samples, const PruneOptions& options)
      : teacher_(separate_activations(graph)),
        student_(teacher_),
        fit_(selection(samples, 4, false)),
        held_out_(selection(samples, 4, true)),
        scored_(some_of(fit_, samples_for_scores)),
        judges_(some_of(fit_, samples_for_errors)),
        wanted_(judged_values(teacher_, judges_)),
        options_(options) {
    for (const Node& node : teacher_.nodes) {
      channels_.emplace_back(static_cast<size_t>(channel_count(teacher_.at(node.outputs[0]))));
      std::iota(channels_.back().begin(), channels_.back().end(), 0);
    }
    for (const Budget& budget : options.budgets) costs_before_.push_back(budget.cost(graph));
    costs_ = costs_before_;
  }

  PrunedGraph run(const Graph& before) {
    PrunedGraph result{.before = before};
    while (!within_budgets()) {
      std::optional<Trial> trial = cheapest_step();
      if (!trial) break;
      result.removed_groups += std::ssize(trial->groups);
      keep_channels_without(trial->groups);
      student_ = std::move(trial->graph);
      if (options_.refit) refit_roughly();
      const Graph now = fuse_separate_activations(student_);
      for (size_t b = 0; b < costs_.size(); ++b) costs_[b] = options_.budgets[b].cost(now);
      report_progress();
      show_at_share(before, now);
    }
    if (options_.refit && result.removed_groups > 0) refit_thoroughly();
    if (options_.progress) options_.progress(1);
    result.within_budgets = within_budgets();
    result.graph = fuse_separate_activations(student_);
    return result;
  }

 private:
  // What is removed in one step, and what it makes of the network.
  struct Trial {
    std::vector<RemovableGroup> groups{};
    Graph graph{};
    double price = never;  // the error that it adds for what it saves
  };

  bool within(size_t budget) const { return costs_[budget] <= options_.budgets[budget].limit; }
  bool within_budgets() const {
    for (size_t b = 0; b < costs_.size(); ++b)
      if (!within(b)) return false;
    return true;
  }

  // What is saved from costs that are still too high, as a share of what they were.
  double saved(const Graph& separate) const {
    const Graph graph = fuse_separate_activations(separate);
    double sum = 0;
    for (size_t b = 0; b < costs_.size(); ++b)
      if (!within(b)) sum += (costs_[b] - options_.budgets[b].cost(graph)) / costs_before_[b];
    return sum;
  }
  double still_to_save() const {
    double sum = 0;
    for (size_t b = 0; b < costs_.size(); ++b)
      if (!within(b)) sum += (costs_[b] - options_.budgets[b].limit) / costs_before_[b];
    return sum;
  }
  int64_t multiple() const {
    int64_t result = 1;
    for (size_t b = 0; b < costs_.size(); ++b)
      if (!within(b)) result = std::max<int64_t>(result, options_.budgets[b].multiple);
    return result;
  }

  void report_progress() const {
    if (!options_.progress) return;
    double done = 1;
    for (size_t b = 0; b < costs_.size(); ++b)
      if (!within(b))
        done =
            std::min(done, (costs_before_[b] - costs_[b]) / (costs_before_[b] - options_.budgets[b].limit));
    options_.progress(0.9 * std::max(0.0, done));
  }

  // Whether every tensor keeps two channels at least; then they are taken off `left`.
  bool leaves_enough(Extent& left, const RemovableGroup& group) const {
    const Extent going = extent_of(group);
    for (const auto& [tensor, count] : going) {
      const auto at = left.try_emplace(tensor, channel_count(student_.tensors[tensor])).first;
      if (at->second - count < 2) return false;
    }
    for (const auto& [tensor, count] : going) left[tensor] -= count;
    return true;
  }

  // Groups of one family have equal numbers of channels of the same tensors, so that each saves as much.
  using Family = std::vector<RemovableGroup>;

  std::vector<Family> families() const {
    std::map<Extent, size_t> places;
    std::vector<Family> result;
    for (RemovableGroup& group : removable_groups(student_)) {
      const size_t place = places.try_emplace(extent_of(group), result.size()).first->second;
      if (place == result.size()) result.emplace_back();
      result[place].push_back(std::move(group));
    }
    return result;
  }

  // How many groups of the family one step removes: so many that the step is worth the look at the network
  // that follows.
  size_t groups_for_step(const Family& family) const {
    Extent left;
    std::vector<RemovableGroup> few;
    // Kernels work on several channels at a time: what one saves shows when some are gone.
    size_t possible = 0;
    for (const RemovableGroup& group : family) {
      if (!leaves_enough(left, group)) break;
      if (few.size() < 4) few.push_back(group);
      ++possible;
    }
    if (possible == 0) return 0;
    const double each = saved(remove_channels(student_, few)) / static_cast<double>(few.size());
    const double wanted = std::min(step_share, still_to_save());
    auto count = static_cast<size_t>(each > 0 ? std::clamp(std::ceil(wanted / each), 1.0, 1e6) : 4);
    const auto unit = static_cast<size_t>(multiple());
    count = (count + unit - 1) / unit * unit + family.size() % unit;
    if (unit > 1 && count > unit && family.size() % unit != 0) count -= unit;
    // A layer loses an eighth of its channels at most before all are looked at again.
    count = std::min(count, std::max<size_t>({1, unit, family.size() / 8}));
    return std::min(count, possible);
  }

  // The summing layers of the student with what is known of their inputs.
  struct Layers {
    std::vector<size_t> nodes;
    std::vector<SurgeonScores> scores;
    std::vector<double> weights;  // of an error a row
  };

  Layers look() const {
    Layers layers;
    for (const size_t n : fitted_nodes(student_))
      if (sums_over_channels({student_, student_.nodes[n]})) layers.nodes.push_back(n);
    const std::map<size_t, double> sensitivity =
        sensitivities(student_, judged_tensors(student_), layers.nodes, judges_,
                      std::min(judges_.count(), samples_for_sensitivities));
    const std::vector<LayerMoments> moments = layer_moments({teacher_, student_, channels_}, layers.nodes,
                                                            scored_, 0, scored_.count(), rows_for_scores);
    for (size_t i = 0; i < layers.nodes.size(); ++i) {
      const NodeView view{student_, student_.nodes[layers.nodes[i]]};
      layers.scores.emplace_back(view, moments[i][0]);
      layers.weights.push_back(sensitivity.at(layers.nodes[i]) *
                               static_cast<double>(view.output().type.shape.elements()) /
                               static_cast<double>(channel_count(view.output())));
    }
    return layers;
  }

  // Removes those groups of a family that are missed least, one after the other.
  Trial try_family(const Family& family, size_t count, const Layers& layers) const {
    // Only the layers that read the family.
    std::vector<size_t> reading;
    std::vector<SurgeonScores> scores;
    for (size_t i = 0; i < layers.nodes.size(); ++i) {
      if (channels_of(family[0], student_.nodes[layers.nodes[i]].inputs[0]).empty()) continue;
      reading.push_back(i);
      scores.push_back(layers.scores[i]);
    }
    Trial trial;
    std::vector<bool> taken(family.size());
    while (trial.groups.size() < count) {
      size_t best = family.size();
      double least = never;
      for (size_t g = 0; g < family.size(); ++g) {
        if (taken[g]) continue;
        double error = 0;
        for (size_t k = 0; k < reading.size(); ++k)
          error += layers.weights[reading[k]] *
                   scores[k].error_without(
                       channels_of(family[g], student_.nodes[layers.nodes[reading[k]]].inputs[0]));
        if (best < family.size() && !(error < least)) continue;
        best = g;
        least = error;
      }
      if (best == family.size()) break;
      taken[best] = true;
      trial.groups.push_back(family[best]);
      for (size_t k = 0; k < reading.size(); ++k)
        scores[k].eliminate(channels_of(family[best], student_.nodes[layers.nodes[reading[k]]].inputs[0]));
    }
    trial.graph = remove_channels(student_, trial.groups);
    if (!options_.refit) return trial;
    for (size_t k = 0; k < reading.size(); ++k) {
      const size_t node = layers.nodes[reading[k]];
      const TensorId output = student_.nodes[node].outputs[0];
      std::set<Eigen::Index> gone;
      for (const RemovableGroup& group : trial.groups)
        for (const int32_t channel : channels_of(group, output)) gone.insert(channel);
      std::vector<Eigen::Index> kept;
      for (Eigen::Index c = 0; c < channel_count(student_.at(output)); ++c)
        if (!gone.contains(c)) kept.push_back(c);
      set_layer_weights(trial.graph, node, {scores[k].weights()(Eigen::all, kept)});
    }
    return trial;
  }

  std::optional<Trial> cheapest_step() const {
    const std::vector<Family> kinds = families();
    const Layers layers = look();
    const double now = relative_error(wanted_, judged_values(student_, judges_));
    const double wanted = still_to_save();
    std::vector<Trial> trials(kinds.size());
    for_each_in_parallel(kinds.size(), [&](size_t f) {
      const size_t count = groups_for_step(kinds[f]);
      if (count == 0) return;
      Trial trial = try_family(kinds[f], count, layers);
      // More than is wanted is worth nothing.
      const double saves = std::min(saved(trial.graph), wanted);
      if (saves <= 0) return;
      const double error = relative_error(wanted_, judged_values(trial.graph, judges_)) - now;
      if (!std::isfinite(error)) return;
      trial.price = error > 0 ? error / saves : error * saves;
      trials[f] = std::move(trial);
    });
    const auto best = std::ranges::min_element(trials, {}, &Trial::price);
    if (best == trials.end() || best->price == never) return std::nullopt;
    return std::move(*best);
  }

  void keep_channels_without(const std::vector<RemovableGroup>& groups) {
    std::map<size_t, std::set<int32_t>> gone;  // by tensor
    for (const RemovableGroup& group : groups)
      for (const Channel& channel : group) gone[channel.tensor.index].insert(channel.channel);
    for (size_t n = 0; n < student_.nodes.size(); ++n) {
      const auto found = gone.find(student_.nodes[n].outputs[0].index);
      if (found == gone.end()) continue;
      std::vector<int32_t> kept;
      for (size_t c = 0; c < channels_[n].size(); ++c)
        if (!found->second.contains(static_cast<int32_t>(c))) kept.push_back(channels_[n][c]);
      channels_[n] = std::move(kept);
    }
  }

  void show_at_share(const Graph& before, const Graph& now) {
    const double share = static_cast<double>(graph_macs(now)) / static_cast<double>(graph_macs(before));
    const size_t passed = next_share_;
    while (next_share_ < options_.shares.size() && share <= options_.shares[next_share_]) ++next_share_;
    if (next_share_ == passed) return;
    const Graph rough = student_;
    if (options_.refit) refit_thoroughly();
    options_.at_share(fuse_separate_activations(student_));
    student_ = rough;
  }

  // All layers at once, from the same run: enough to score the next step.
  void refit_roughly() {
    const std::vector<size_t> nodes = fitted_nodes(student_);
    const auto moments =
        layer_moments({teacher_, student_, channels_}, nodes, scored_, 0, scored_.count(), rows_for_scores);
    for (size_t i = 0; i < nodes.size(); ++i) {
      LayerColumns weights = layer_weights({student_, student_.nodes[nodes[i]]});
      for (size_t g = 0; g < weights.size(); ++g) weights[g] = fit_weights(moments[i][g], weights[g], 1e-2);
      set_layer_weights(student_, nodes[i], weights);
    }
  }

  // On all samples, and as far as those that are held out bear it out.
  void refit_thoroughly() {
    const JudgedValues wanted = judged_values(teacher_, held_out_);
    double least = relative_error(wanted, judged_values(student_, held_out_));
    for (int sweep = 0; sweep < 2; ++sweep) {
      Graph fitted = student_;
      refit(teacher_, fitted, channels_, fit_, held_out_, rows_for_fits, options_.fit_held_out);
      const double error = relative_error(wanted, judged_values(fitted, held_out_));
      if (!(error < least)) return;
      least = error;
      student_ = std::move(fitted);
    }
  }

  Graph teacher_;
  Graph student_;
  SampleValues fit_;
  SampleValues held_out_;
  SampleValues scored_;  // some that are fitted
  SampleValues judges_;  // the same, fewer
  JudgedValues wanted_;  // for them, by the teacher
  const PruneOptions& options_;
  std::vector<std::vector<int32_t>> channels_;  // see Pair
  std::vector<double> costs_before_;            // by budget
  std::vector<double> costs_;
  size_t next_share_ = 0;  // of options_.shares
};

}  // namespace

int64_t graph_macs(const Graph& graph) {
  int64_t macs = 0;
  for (const Node& node : graph.nodes) macs += operator_of(node).macs({graph, node});
  return macs;
}

int64_t constant_bytes(const Graph& graph) {
  int64_t bytes = 0;
  for (const Tensor& tensor : graph.tensors)
    if (tensor.is_constant()) bytes += tensor.type.bytes();
  return bytes;
}

SampleSplit set_aside(const SampleValues& samples) {
  if (samples.count() < fewest_to_set_aside) return {.used = samples, .judging = samples, .apart = false};
  return {.used = selection(samples, period_of_judging, false),
          .judging = selection(samples, period_of_judging, true),
          .apart = true};
}

std::vector<int64_t> set_aside(const std::vector<int64_t>& labels) {
  if (labels.size() < fewest_to_set_aside) return labels;
  std::vector<int64_t> result;
  for (size_t i = period_of_judging - 1; i < labels.size(); i += period_of_judging)
    result.push_back(labels[i]);
  return result;
}

Result<PrunedGraph> prune_channels(const Graph& given, const SampleValues& samples,
                                   const PruneOptions& options) {
  const Graph graph = prepare_for_quantization(given);
  if (std::ranges::any_of(graph.tensors, [](const Tensor& tensor) { return tensor.variable; }))
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the model keeps state between calls, which cannot be pruned",
                      .help = "prune the layers before and behind what keeps state as models of their own"};
  if (removable_groups(separate_activations(graph)).empty())
    return Diagnostic{
        .code = DiagnosticCode::E0402,
        .message = "no channel of the model can be removed",
        .help =
            "prune wants float32 convolutions or fully connected layers with constant weights, one behind "
            "the other; `burin inspect` shows the types"};
  if (samples.count() < 4)
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = "there are not enough samples to prune with",
                      .help = "give 200 samples or more, as varied as the real inputs"};
  return Search(graph, samples, options).run(graph);
}

}  // namespace burin
