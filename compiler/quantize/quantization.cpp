#include "quantize/quantization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/operator.hpp"
#include "quantize/operator_rules.hpp"
#include "quantize/preparation.hpp"

namespace burin {

double decibels(double relative_error) {
  return relative_error <= 1e-12 ? 120 : -10 * std::log10(relative_error);
}

namespace {

// A way to quantize, and what came of it.
struct Candidate {
  Graph graph;
  std::vector<Quantization> classes;
  FitPasses passes;
  NetworkFit fit;
  Equalization equalization = Equalization::none;
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

class Search {
 public:
  Search(Graph graph, Assignment assignment, const SampleValues& samples, const QuantizationOptions& options)
      : base_(std::move(graph)),
        assignment_(std::move(assignment)),
        options_(options),
        judged_(judged_tensors(base_)),
        groups_(channel_groups(base_)) {
    // As many as memory takes, and no more than help.
    constexpr int64_t memory = int64_t{512} << 20;
    const auto most = static_cast<size_t>(std::clamp<int64_t>(memory / (2 * live_bytes(base_)), 16, 1024));
    all_ = some_of(samples, most);
    const bool few = all_.count() < 8;
    held_out_ = every(all_, [&](size_t i) { return !few && i % 4 == 3; });
    fit_ = every(all_, [&](size_t i) { return few || i % 4 != 3; });
  }

  Candidate run() {
    const FloatExecutor executor(base_);
    magnitudes_ = channel_magnitudes(executor, all_);
    const std::vector<Quantization> extremes = classes_of(base_, false);
    constexpr FitPasses none{.bias_correction = false, .error_feedback = false, .refit = false};
    FitPasses rounding = none;
    rounding.per_tensor_fully_connected = options_.fit.per_tensor_fully_connected;
    Candidate best = tried(base_, extremes, rounding, Equalization::none);
    plain_error_ = best.fit.error_held_out;

    std::vector<Equalization> equalizations = {Equalization::none};
    if (options_.equalization && !groups_.empty())
      equalizations = {Equalization::none,        Equalization::square_root,
                       Equalization::full,        Equalization::three_quarters,
                       Equalization::smooth_half, Equalization::smooth_three_quarters};
    for (size_t i = 0; i < equalizations.size(); ++i) {
      progress("ranges and weights", static_cast<double>(i) / static_cast<double>(equalizations.size() + 1));
      const std::vector<Equalization> each(groups_.size(), equalizations[i]);
      keep_better(best, equalized(each, equalizations[i]));
      if (best.equalization == equalizations[i]) chosen_.assign(groups_.size(), equalizations[i]);
    }
    refine_groups(best);
    return best;
  }

  // What each pass adds to those before it.
  std::vector<PassGain> gains(const Candidate& best) {
    std::vector<PassGain> gains;
    double before = plain_error_;
    const auto add = [&](const char* name, double error) {
      gains.push_back({name, decibels(error) - decibels(before)});
      before = error;
    };
    FitPasses passes{.bias_correction = false,
                     .error_feedback = false,
                     .refit = false,
                     .per_tensor_fully_connected = options_.fit.per_tensor_fully_connected};
    const std::vector<Quantization> classes = classes_of(base_, options_.ranges);
    const auto base_error = [&] { return tried(base_, classes, passes, {}).fit.error_held_out; };
    if (options_.ranges) add("ranges", base_error());
    if (options_.fit.bias_correction) {
      passes.bias_correction = true;
      add("bias", base_error());
    }
    if (options_.fit.error_feedback) {
      passes.error_feedback = true;
      add("rounding", base_error());
    }
    if (options_.fit.refit) {
      passes.refit = true;
      add("refit", base_error());
    }
    // Last, as without the others it can do harm: the spread goes into the weights.
    if (options_.equalization) add("equalize", best.fit.error_held_out);
    return gains;
  }

  void report(Candidate& best) { best.fit = fit_network(input(best.graph, best.classes), best.passes, true); }

  const SampleValues& all() const { return all_; }
  size_t held_out() const { return held_out_.count(); }
  double plain_error() const { return plain_error_; }
  const std::vector<TensorId>& judged() const { return judged_; }

 private:
  void progress(std::string_view what, double done) const {
    if (options_.progress) options_.progress(what, done);
  }

  FitInput input(const Graph& graph, const std::vector<Quantization>& classes) const {
    return {graph, assignment_, classes, judged_, fit_, held_out_};
  }

  // With `others`, only the classes of the group's tensors are chosen, and the others taken from there.
  std::vector<Quantization> classes_of(const Graph& graph, bool choose,
                                       const std::vector<Quantization>* others = nullptr,
                                       const ChannelGroup* group = nullptr) {
    const FloatExecutor executor(graph);
    const Statistics statistics = collect_statistics(executor, assignment_, all_);
    std::vector<std::vector<Quantization>> candidates;
    for (size_t k = 0; k < assignment_.classes.size(); ++k) {
      const bool concerned = group == nullptr || std::ranges::any_of(group->tensors, [&](TensorId id) {
                               return assignment_.class_of[id.index] == k;
                             });
      if (!concerned)
        candidates.push_back({(*others)[k]});
      else if (assignment_.classes[k].fixed)
        candidates.push_back({*assignment_.classes[k].fixed});
      else if (choose)
        candidates.push_back(candidate_quantizations(statistics.classes[k]));
      else
        candidates.push_back({quantization_by(RangeRule::extremes, statistics.classes[k])});
    }
    return choose_quantizations(executor, assignment_, candidates, judged_, some_of(fit_, 48));
  }

  Candidate tried(const Graph& graph, const std::vector<Quantization>& classes, const FitPasses& passes,
                  Equalization equalization) {
    Candidate candidate{
        .graph = graph, .classes = classes, .passes = passes, .fit = {}, .equalization = equalization};
    candidate.fit = fit_network(input(candidate.graph, candidate.classes), passes, false);
    return candidate;
  }

  Candidate equalized(const std::vector<Equalization>& by_group, Equalization name,
                      const Candidate* others = nullptr, const ChannelGroup* group = nullptr) {
    Graph graph = base_;
    for (size_t g = 0; g < groups_.size(); ++g)
      scale_channels(graph, groups_[g], equalizing_factors(base_, groups_[g], by_group[g], magnitudes_));
    const std::vector<Quantization> classes =
        classes_of(graph, options_.ranges, others ? &others->classes : nullptr, group);
    Candidate with = tried(graph, classes, options_.fit, name);
    if (!options_.fit.refit || others != nullptr) return with;
    // A re-fit that its own layer's error speaks for can still do harm behind it.
    FitPasses without = options_.fit;
    without.refit = false;
    keep_better(with, tried(graph, classes, without, name));
    return with;
  }

  static void keep_better(Candidate& best, Candidate other) {
    if (other.fit.error_held_out < best.fit.error_held_out) best = std::move(other);
  }

  // Group after group, another equalization than the one that is best for all.
  void refine_groups(Candidate& best) {
    if (groups_.size() < 2 || chosen_.empty() || !options_.equalization) return;
    // What one trial takes bounds how many there are.
    const int64_t cost = macs_of(base_) * static_cast<int64_t>(all_.count());
    int64_t trials = std::clamp<int64_t>(int64_t{30'000'000'000} / std::max<int64_t>(cost, 1), 0, 24);
    for (size_t g = 0; g < groups_.size(); ++g)
      for (const Equalization other :
           {Equalization::full, Equalization::square_root, Equalization::smooth_half, Equalization::none}) {
        if (other == chosen_[g] || trials-- <= 0) continue;
        progress("equalization of groups", 1);
        std::vector<Equalization> changed = chosen_;
        changed[g] = other;
        Candidate candidate = equalized(changed, best.equalization, &best, &groups_[g]);
        if (candidate.fit.error_held_out >= 0.98 * best.fit.error_held_out) continue;
        best = std::move(candidate);
        chosen_ = changed;
      }
  }

  Graph base_;
  Assignment assignment_;
  const QuantizationOptions& options_;
  std::vector<TensorId> judged_;
  std::vector<ChannelGroup> groups_;
  std::vector<Equalization> chosen_;  // by group
  std::vector<std::vector<float>> magnitudes_;
  SampleValues all_, fit_, held_out_;
  double plain_error_ = 0;
};

std::string layer_name(const Graph& graph, const Node& node) {
  if (!node.name.empty()) return node.name;
  return node.outputs.empty() ? std::string() : graph.at(node.outputs[0]).name;
}

Result<std::vector<bool>> nodes_to_keep(const Graph& graph, const std::vector<std::string>& names) {
  std::vector<bool> keep(graph.nodes.size(), false);
  Diagnostics findings;
  for (const std::string& name : names) {
    bool found = false;
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      const bool matches = node.name == name || std::ranges::any_of(node.outputs, [&](TensorId id) {
                             return graph.at(id).name == name;
                           });
      if (!matches) continue;
      keep[i] = true;
      found = true;
    }
    if (!found)
      findings.push_back(
          {.code = DiagnosticCode::E0201,
           .message = fmt::format("there is no layer \"{}\" to keep in float", printable(name, 60)),
           .help = "`burin inspect` lists the layers by name"});
  }
  if (!findings.empty()) return findings;
  return keep;
}

std::string advice_for(const LayerError& error, const Graph& graph) {
  const Node& node = graph.nodes[error.node];
  if (error.saturated > 0.01)
    return "many values exceed the range that the samples showed: calibrate with more samples, or more "
           "varied ones";
  if (decibels(error.own) < 25 && node.op == Op::concatenation)
    return "its inputs have very different ranges: quantize what reads them apart, or keep it float";
  if (decibels(error.own) < 25) return "keep it in float with --keep-float";
  return {};
}

}  // namespace

Result<QuantizedModel> quantize_model(const Graph& given, const SampleValues& samples,
                                      const QuantizationOptions& options) {
  Graph graph = prepare_for_quantization(given);
  const Result<std::vector<bool>> keep = nodes_to_keep(graph, options.keep_float);
  if (!keep) return keep.diagnostics();
  const Assignment assignment = assign(graph, *keep);
  if (std::ranges::none_of(assignment.integer, [](bool integer) { return integer; }))
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "no operator of the model can be quantized",
                      .help = "quantize wants a float32 model; `burin inspect` shows the types"};
  if (samples.count() == 0)
    return Diagnostic{.code = DiagnosticCode::E0204, .message = "there are no samples to calibrate with"};
  QuantizedModel result;
  for (size_t i = 0; i < graph.nodes.size(); ++i)
    if (!assignment.reason[i].empty())
      result.float_layers.push_back(
          {layer_name(graph, graph.nodes[i]), graph.nodes[i].op, assignment.reason[i]});
  result.samples = samples.count();

  const FloatExecutor executor(graph);
  if (executor.has_state()) {
    // Samples are steps of one sequence: layers cannot see them all before the next layer does.
    const SampleValues used = some_of(samples, 1024);
    const Statistics statistics = collect_statistics(executor, assignment, used);
    std::vector<Quantization> classes;
    for (size_t k = 0; k < assignment.classes.size(); ++k)
      classes.push_back(assignment.classes[k].fixed
                            ? *assignment.classes[k].fixed
                            : quantization_by(options.ranges ? RangeRule::percentile : RangeRule::extremes,
                                              statistics.classes[k]));
    result.graph = integer_graph(graph, assignment, classes,
                                 round_network(graph, assignment, classes, options.fit), options.interface);
    result.notes.emplace_back("the model keeps state: its weights are rounded to the nearest, without data");
    return result;
  }

  Search search(graph, assignment, samples, options);
  Candidate best = search.run();
  result.passes = search.gains(best);
  search.report(best);
  result.graph = integer_graph(best.graph, assignment, best.classes, best.fit.layers, options.interface);
  result.held_out = search.held_out();
  result.sqnr_db = decibels(best.fit.error_held_out);
  result.sqnr_plain_db = decibels(search.plain_error());
  result.equalization = best.equalization;
  if (!search.judged().empty() && graph.at(search.judged()[0]).type.shape.elements() > 1)
    result.agreement = 100 * best.fit.agreement;
  for (const TensorId id : search.judged()) result.judged.push_back(graph.at(id).name);
  for (const LayerError& error : best.fit.report) {
    const Node& node = graph.nodes[error.node];
    result.layers.push_back({.name = layer_name(graph, node),
                             .op = node.op,
                             .own_db = decibels(error.own),
                             .accumulated_db = decibels(error.accumulated),
                             .saturated = error.saturated,
                             .node = node.source_index,
                             .advice = advice_for(error, graph)});
  }
  return result;
}

}  // namespace burin
