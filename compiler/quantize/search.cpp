#include "quantize/search.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "quantize/preparation.hpp"

namespace burin {

double decibels(double relative_error) {
  return relative_error <= 1e-12 ? 120 : -10 * std::log10(relative_error);
}

namespace {

// What is decided; the rest follows from samples.
struct Recipe {
  std::vector<Equalization> equalizations{};  // by channel group
  std::vector<RangeChoice> ranges{};          // by class
  FitPasses passes{};
};

// The samples that a recipe is followed with.
struct Stage {
  SampleValues known;  // say what ranges there are
  SampleValues fit;
  SampleValues held_out;
  std::vector<std::vector<float>> magnitudes;  // of the known samples' channels
};

struct Candidate {
  Recipe recipe;
  Graph graph;
  std::vector<Quantization> classes;
  NetworkFit fit;
  double error() const { return fit.error_held_out; }
};

SampleValues every(const SampleValues& samples, const std::function<bool(size_t)>& wanted) {
  SampleValues result{.types = samples.types,
                      .values = std::vector<std::vector<std::byte>>(samples.types.size())};
  for (size_t i = 0; i < samples.count(); ++i)
    for (size_t input = 0; wanted(i) && input < samples.types.size(); ++input) {
      const auto value = samples.value(input, i);
      result.values[input].insert(result.values[input].end(), value.begin(), value.end());
    }
  return result;
}

// Bytes that the values of one sample take at most at a time, about.
int64_t live_bytes(const Graph& graph) {
  int64_t most = 1;
  const std::vector<std::vector<NodeId>> readers = uses(graph);
  std::vector<int64_t> change(graph.nodes.size() + 1, 0);
  const std::vector<NodeId> producer_of = producers(graph);
  for (size_t i = 0; i < graph.tensors.size(); ++i) {
    if (graph.tensors[i].is_constant() || readers[i].empty()) continue;
    const size_t first = producer_of[i].valid() ? producer_of[i].index : 0;
    change[first] += graph.tensors[i].type.bytes();
    change[readers[i].back().index + 1] -= graph.tensors[i].type.bytes();
  }
  int64_t live = 0;
  for (const int64_t step : change) most = std::max(most, live += step);
  return most;
}

int64_t macs_of(const Graph& graph) {
  int64_t macs = 0;
  for (const Node& node : graph.nodes) macs += operator_of(node).macs({graph, node});
  return macs;
}

// As many as memory takes, and no more than help.
size_t samples_in_memory(const Graph& graph) {
  constexpr int64_t memory = int64_t{512} << 20;
  return static_cast<size_t>(std::clamp<int64_t>(memory / (2 * live_bytes(graph)), 16, 1024));
}

class Search {
 public:
  Search(const Graph& graph, const Assignment& assignment, const SampleValues& samples,
         const SearchOptions& options)
      : base_(graph),
        assignment_(assignment),
        options_(options),
        judged_(judged_tensors(base_)),
        groups_(channel_groups(base_)),
        all_(some_of(samples, samples_in_memory(graph))),
        few_(all_.count() < 8) {
    const FloatExecutor executor(base_);
    const auto of = [&](size_t i) { return few_ ? size_t{0} : i % 16; };
    const auto is_unseen = [&](size_t i) { return of(i) % 4 == 1; };
    const auto is_held_out = [&](size_t i) { return of(i) == 3 || of(i) == 10 || of(i) == 12; };
    deciding_.fit = every(all_, [&](size_t i) { return !is_unseen(i) && !is_held_out(i); });
    deciding_.held_out = every(all_, [&](size_t i) { return !is_unseen(i) && is_held_out(i); });
    deciding_.known = deciding_.fit;
    deciding_.magnitudes = channel_magnitudes(executor, deciding_.known);
    if (few_) return;
    unseen_ = every(all_, is_unseen);
    measuring_ = {.known = every(all_, [&](size_t i) { return !is_unseen(i); }),
                  .fit = deciding_.fit,
                  .held_out = deciding_.held_out,
                  .magnitudes = {}};
    measuring_.magnitudes = channel_magnitudes(executor, measuring_.known);
    last_ = {.known = all_, .fit = measuring_.known, .held_out = unseen_, .magnitudes = {}};
    last_.magnitudes = channel_magnitudes(executor, last_.known);
  }

  FoundQuantization run() {
    const Candidate best = decided();
    FoundQuantization found;
    found.equalization = most_frequent(best.recipe.equalizations);
    const Stage& measuring = few_ ? deciding_ : measuring_;
    const SampleValues* unseen = few_ ? nullptr : &unseen_;
    progress("what it costs", 0);
    found.measured = followed(best.recipe, measuring, unseen, true).fit;
    found.measured_on = few_ ? all_.count() : unseen_.count();
    found.plain_error = followed(plain(), measuring, unseen).fit.error_unseen;
    if (options_.gains)
      found.passes = gains(best.recipe, found.plain_error, found.measured.error_unseen, measuring, unseen);
    progress("all samples", 0);
    Candidate last = few_ ? best : followed(best.recipe, last_);
    if (!few_) {
      // By the same samples, which no range and no weight of this recipe follow from.
      Candidate simplest = followed(plain(), last_);
      if (found.measured.error_unseen > found.plain_error && simplest.error() < last.error()) {
        found.measured = followed(plain(), measuring, unseen, true).fit;
        last = std::move(simplest);
      }
    }
    found.graph = std::move(last.graph);
    for (size_t g = 0; g < groups_.size(); ++g)
      found.factors.push_back(factors(last.recipe, few_ ? deciding_ : last_, g));
    found.classes = std::move(last.classes);
    found.layers = std::move(last.fit.layers);
    return found;
  }

 private:
  void progress(std::string_view what, double done) const {
    if (options_.progress) options_.progress(what, done);
  }

  Recipe plain() const {
    return {.equalizations = std::vector<Equalization>(groups_.size(), Equalization::none),
            .ranges = std::vector<RangeChoice>(assignment_.classes.size()),
            .passes = {.bias_correction = false,
                       .error_feedback = false,
                       .refit = false,
                       .per_tensor_fully_connected = options_.fit.per_tensor_fully_connected}};
  }

  std::vector<float> factors(const Recipe& recipe, const Stage& stage, size_t group) const {
    return equalizing_factors(base_, groups_[group], recipe.equalizations[group], stage.magnitudes);
  }

  Graph scaled(const Recipe& recipe, const Stage& stage) const {
    Graph graph = base_;
    for (size_t g = 0; g < groups_.size(); ++g) scale_channels(graph, groups_[g], factors(recipe, stage, g));
    return graph;
  }

  Quantization quantization_of(size_t k, const RangeChoice& choice, const Statistics& statistics) const {
    const std::optional<Quantization>& fixed = assignment_.classes[k].fixed;
    return fixed ? *fixed : quantization_by(choice, statistics.classes[k], assignment_.classes[k].precision);
  }

  // Of a recipe whose ranges are decided.
  Candidate followed(const Recipe& recipe, const Stage& stage, const SampleValues* unseen = nullptr,
                     bool report = false) const {
    Candidate candidate{.recipe = recipe, .graph = scaled(recipe, stage), .classes = {}, .fit = {}};
    const Statistics statistics =
        collect_statistics(FloatExecutor(candidate.graph), assignment_, stage.known);
    for (size_t k = 0; k < assignment_.classes.size(); ++k)
      candidate.classes.push_back(quantization_of(k, recipe.ranges[k], statistics));
    fit(candidate, stage, unseen, report);
    return candidate;
  }

  void fit(Candidate& candidate, const Stage& stage, const SampleValues* unseen = nullptr,
           bool report = false) const {
    candidate.fit = fit_network(
        {candidate.graph, assignment_, candidate.classes, judged_, stage.fit, stage.held_out, unseen},
        candidate.recipe.passes, report);
  }

  // Decides about ranges; with a group, only about those of its tensors.
  void choose_ranges(Candidate& candidate, const ChannelGroup* group = nullptr) const {
    const FloatExecutor executor(candidate.graph);
    const Statistics statistics = collect_statistics(executor, assignment_, deciding_.known);
    std::vector<std::vector<Quantization>> offered(assignment_.classes.size());
    for (size_t k = 0; k < offered.size(); ++k) {
      const bool concerned = group == nullptr || std::ranges::any_of(group->tensors, [&](TensorId id) {
                               return assignment_.class_of[id.index] == k;
                             });
      if (concerned && !assignment_.classes[k].fixed && options_.ranges)
        for (const RangeChoice& rule : range_candidates(assignment_.classes[k].precision))
          offered[k].push_back(quantization_of(k, rule, statistics));
    }
    const std::vector<size_t> chosen =
        choose_quantizations(executor, assignment_, offered, judged_, some_of(deciding_.held_out, 64));
    candidate.classes.clear();
    for (size_t k = 0; k < offered.size(); ++k) {
      if (!offered[k].empty())
        candidate.recipe.ranges[k] = range_candidates(assignment_.classes[k].precision)[chosen[k]];
      candidate.classes.push_back(quantization_of(k, candidate.recipe.ranges[k], statistics));
    }
  }

  static void keep_better(std::optional<Candidate>& best, Candidate other) {
    if (!best || other.error() < best->error()) best = std::move(other);
  }

  // What few samples say in favor of a change may be chance: the fewer, the more they have to say.
  bool is_clearly_better(const Candidate& other, const Candidate& best) const {
    const auto held_out = static_cast<double>(deciding_.held_out.count());
    return other.error() < std::min(0.98, 1 - 0.3 / std::sqrt(held_out)) * best.error();
  }

  Candidate decided() {
    const Candidate simplest = followed(plain(), deciding_);
    if (few_) return simplest;
    std::optional<Candidate> best;
    std::vector<Equalization> equalizations = {Equalization::none};
    if (options_.equalization && !groups_.empty())
      equalizations = {Equalization::none,        Equalization::square_root,
                       Equalization::full,        Equalization::three_quarters,
                       Equalization::smooth_half, Equalization::smooth_three_quarters};
    for (size_t i = 0; i < equalizations.size(); ++i) {
      progress("ranges and weights", static_cast<double>(i) / static_cast<double>(equalizations.size()));
      Candidate candidate{.recipe = plain(), .graph = {}, .classes = {}, .fit = {}};
      candidate.recipe.equalizations.assign(groups_.size(), equalizations[i]);
      candidate.recipe.passes = options_.fit;
      candidate.graph = scaled(candidate.recipe, deciding_);
      choose_ranges(candidate);
      if (options_.fit.refit) {
        // A re-fit that its own layer's error speaks for can still do harm behind it.
        Candidate without = candidate;
        without.recipe.passes.refit = false;
        fit(without, deciding_);
        keep_better(best, std::move(without));
      }
      fit(candidate, deciding_);
      keep_better(best, std::move(candidate));
    }
    if (!is_clearly_better(*best, simplest)) return simplest;
    refine_groups(*best);
    return std::move(*best);
  }

  // Group after group, another equalization than the one that is best for all.
  void refine_groups(Candidate& best) const {
    if (groups_.size() < 2 || !options_.equalization) return;
    // What one trial takes bounds how many there are.
    const int64_t cost = macs_of(base_) * static_cast<int64_t>(all_.count());
    int64_t trials = std::clamp<int64_t>(int64_t{30'000'000'000} / std::max<int64_t>(cost, 1), 0, 24);
    for (size_t g = 0; g < groups_.size(); ++g)
      for (const Equalization other :
           {Equalization::full, Equalization::square_root, Equalization::smooth_half, Equalization::none}) {
        if (other == best.recipe.equalizations[g] || trials-- <= 0) continue;
        progress("equalization of groups", static_cast<double>(g) / static_cast<double>(groups_.size()));
        Candidate candidate{.recipe = best.recipe, .graph = {}, .classes = {}, .fit = {}};
        candidate.recipe.equalizations[g] = other;
        candidate.graph = scaled(candidate.recipe, deciding_);
        choose_ranges(candidate, &groups_[g]);
        fit(candidate, deciding_);
        if (is_clearly_better(candidate, best)) best = std::move(candidate);
      }
  }

  // What each pass adds to those before it.
  std::vector<PassGain> gains(const Recipe& best, double plain_error, double best_error, const Stage& stage,
                              const SampleValues* unseen) const {
    std::vector<PassGain> gains;
    double before = plain_error;
    const auto add = [&](const char* name, double error) {
      gains.push_back({name, decibels(error) - decibels(before)});
      before = error;
    };
    Recipe recipe = plain();
    const auto measured = [&] { return followed(recipe, stage, unseen).fit.error_unseen; };
    if (options_.ranges) {
      recipe.ranges = best.ranges;
      add("ranges", measured());
    }
    if (options_.fit.bias_correction) {
      recipe.passes.bias_correction = true;
      add("bias", measured());
    }
    if (options_.fit.error_feedback) {
      recipe.passes.error_feedback = true;
      add("rounding", measured());
    }
    if (options_.fit.refit) {
      recipe.passes.refit = true;
      add("refit", measured());
    }
    // Last, as without the others it can do harm: the spread goes into the weights.
    if (options_.equalization) add("equalize", best_error);
    return gains;
  }

  static Equalization most_frequent(const std::vector<Equalization>& of) {
    Equalization most = Equalization::none;
    for (const Equalization one : of)
      if (std::ranges::count(of, one) > std::ranges::count(of, most)) most = one;
    return most;
  }

  const Graph& base_;
  const Assignment& assignment_;
  const SearchOptions& options_;
  std::vector<TensorId> judged_;
  std::vector<ChannelGroup> groups_;
  SampleValues all_;
  bool few_;
  SampleValues unseen_;
  Stage deciding_, measuring_, last_;
};

}  // namespace

FoundQuantization search_quantization(const Graph& graph, const Assignment& assignment,
                                      const SampleValues& samples, const SearchOptions& options) {
  return Search(graph, assignment, samples, options).run();
}

}  // namespace burin
