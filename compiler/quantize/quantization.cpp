#include "quantize/quantization.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ops/operator.hpp"
#include "quantize/operator_rules.hpp"
#include "quantize/preparation.hpp"

namespace burin {

namespace {

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

// Plain rounding, without a search.
std::vector<Quantization> plain_classes(const Graph& graph, const Assignment& assignment,
                                        const SampleValues& samples, RangeRule rule) {
  const FloatExecutor executor(graph);
  const Statistics statistics = collect_statistics(executor, assignment, some_of(samples, 1024));
  std::vector<Quantization> classes;
  for (size_t k = 0; k < assignment.classes.size(); ++k)
    classes.push_back(assignment.classes[k].fixed ? *assignment.classes[k].fixed
                                                  : quantization_by(rule, statistics.classes[k]));
  return classes;
}

// `kept`: reasons by node, which go before those of the assignment.
std::vector<FloatLayer> float_layers(const Graph& graph, const Assignment& assignment,
                                     const std::map<size_t, std::string>& kept) {
  std::vector<FloatLayer> layers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (assignment.reason[i].empty()) continue;
    const auto found = kept.find(i);
    layers.push_back({layer_name(graph, graph.nodes[i]), graph.nodes[i].op,
                      found != kept.end() ? found->second : assignment.reason[i]});
  }
  return layers;
}

// What is wrong with a record for this graph, or nothing.
std::string unfit(const QuantizationRecord& record, const Graph& graph, const Assignment& assignment,
                  const std::vector<ChannelGroup>& groups) {
  const auto usable = [](float x) { return std::isfinite(x) && x > 0; };
  if (record.classes.size() != assignment.classes.size()) return "the number of ranges";
  for (size_t k = 0; k < record.classes.size(); ++k) {
    const Quantization& one = record.classes[k];
    if (!usable(one.scale()) || one.zero_point() < -128 || one.zero_point() > 127) return "a range";
    if (assignment.classes[k].fixed && one != *assignment.classes[k].fixed) return "a range";
  }
  if (!record.factors.empty() && record.factors.size() != groups.size()) return "the number of factors";
  for (size_t g = 0; g < record.factors.size(); ++g)
    if (record.factors[g].size() != static_cast<size_t>(groups[g].channels) ||
        !std::ranges::all_of(record.factors[g], usable))
      return "a factor";
  size_t layers = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!assignment.integer[i] || !weights_axis(graph.nodes[i].op)) continue;
    ++layers;
    const auto found = record.layers.find(i);
    if (found == record.layers.end()) return "the layers";
    const LayerSizes sizes = layer_sizes({graph, graph.nodes[i]});
    const LayerWeights& layer = found->second;
    if (layer.integers.size() != sizes.weights || layer.scales.size() != sizes.outputs ||
        layer.bias.size() != sizes.outputs || !std::ranges::all_of(layer.scales, usable) ||
        !std::ranges::all_of(layer.bias, [](float x) { return std::isfinite(x); }))
      return "a layer";
  }
  return layers == record.layers.size() ? "" : "the layers";
}

class Quantizer {
 public:
  Quantizer(Graph graph, const SampleValues& samples, const QuantizationOptions& options)
      : graph_(std::move(graph)),
        samples_(samples),
        options_(options),
        keep_(graph_.nodes.size(), false),
        refusal_(graph_.nodes.size()) {}

  Result<QuantizedModel> run(std::vector<bool> keep) {
    keep_ = std::move(keep);
    for (;;) {
      const Assignment assignment = assign(graph_, keep_);
      if (std::ranges::none_of(assignment.integer, [](bool integer) { return integer; }))
        return Diagnostic{.code = DiagnosticCode::E0402,
                          .message = "no operator of the model can be quantized",
                          .help = "quantize wants a float32 model; `burin inspect` shows the types"};
      // What plain rounding already shows is found before the search.
      const std::vector<Quantization> classes =
          plain_classes(graph_, assignment, samples_, RangeRule::extremes);
      if (refuses(integer_graph(graph_, assignment, classes,
                                round_network(graph_, assignment, classes, options_.fit),
                                options_.interface)))
        continue;
      if (std::optional<QuantizedModel> model = quantized(assignment)) return std::move(*model);
    }
  }

 private:
  // Keeps float what was refused; true where something was.
  bool refuses(const IntegerGraph& made) {
    for (const RefusedNode& refused : made.refused) {
      BURIN_CHECK(!keep_[refused.node], "what is float is not refused as int8: " + refused.reason);
      keep_[refused.node] = true;
      refusal_[refused.node] = refused.reason;
    }
    return !made.refused.empty();
  }

  // Nothing where an operator refused what was found.
  std::optional<QuantizedModel> quantized(const Assignment& assignment) {
    QuantizedModel result;
    result.samples = samples_.count();
    result.float_layers = float_layers(graph_, assignment, kept(assignment));
    if (FloatExecutor(graph_).has_state()) {
      // Samples are steps of one sequence: layers cannot see them all before the next layer does.
      const std::vector<Quantization> classes = plain_classes(
          graph_, assignment, samples_, options_.ranges ? RangeRule::percentile : RangeRule::extremes);
      std::map<size_t, LayerWeights> layers = round_network(graph_, assignment, classes, options_.fit);
      IntegerGraph made = integer_graph(graph_, assignment, classes, layers, options_.interface);
      if (refuses(made)) return std::nullopt;
      result.graph = std::move(made.graph);
      result.record = {.kept = kept(assignment), .classes = classes, .layers = std::move(layers)};

      result.notes.emplace_back(
          "the model keeps state: its weights are rounded to the nearest, without data");
      return result;
    }
    FoundQuantization found = search_quantization(graph_, assignment, samples_, options_);
    IntegerGraph made =
        integer_graph(found.graph, assignment, found.classes, found.layers, options_.interface);
    if (refuses(made)) return std::nullopt;
    result.graph = std::move(made.graph);
    report(result, found);
    result.record = {.kept = kept(assignment),
                     .factors = std::move(found.factors),
                     .classes = std::move(found.classes),
                     .layers = std::move(found.layers)};
    return result;
  }

  std::map<size_t, std::string> kept(const Assignment& assignment) const {
    std::map<size_t, std::string> kept;
    for (size_t i = 0; i < keep_.size(); ++i)
      if (keep_[i]) kept[i] = refusal_[i].empty() ? assignment.reason[i] : refusal_[i];
    return kept;
  }

  void report(QuantizedModel& result, const FoundQuantization& found) const {
    const std::vector<TensorId> judged = judged_tensors(graph_);
    result.passes = found.passes;
    result.measured_on = found.measured_on;
    result.sqnr_db = decibels(found.measured.error_unseen);
    result.sqnr_plain_db = decibels(found.plain_error);
    result.equalization = found.equalization;
    if (!judged.empty() && graph_.at(judged[0]).type.shape.elements() > 1)
      result.agreement = 100 * found.measured.agreement;
    for (const TensorId id : judged) result.judged.push_back(graph_.at(id).name);
    for (const LayerError& error : found.measured.report) {
      const Node& node = graph_.nodes[error.node];
      result.layers.push_back({.name = layer_name(graph_, node),
                               .op = node.op,
                               .own_db = decibels(error.own),
                               .accumulated_db = decibels(error.accumulated),
                               .saturated = error.saturated,
                               .node = node.source_index,
                               .advice = advice_for(error, graph_)});
    }
  }

  const Graph graph_;
  const SampleValues& samples_;
  const QuantizationOptions& options_;
  std::vector<bool> keep_;            // by node
  std::vector<std::string> refusal_;  // by node: the constraint that keeps it float, or nothing
};

}  // namespace

Result<QuantizedModel> quantize_model(const Graph& given, const SampleValues& samples,
                                      const QuantizationOptions& options) {
  Graph graph = prepare_for_quantization(given);
  Result<std::vector<bool>> keep = nodes_to_keep(graph, options.keep_float);
  if (!keep) return keep.diagnostics();
  if (samples.count() == 0)
    return Diagnostic{.code = DiagnosticCode::E0204, .message = "there are no samples to calibrate with"};
  Result<QuantizedModel> result = Quantizer(std::move(graph), samples, options).run(std::move(*keep));
  if (result) result->record.model = sha256_of(given);
  return result;
}

Result<QuantizedModel> quantize_again(const Graph& given, const QuantizationRecord& record,
                                      InterfaceType interface) {
  if (record.model != sha256_of(given))
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = "it was written for another model",
                      .help = "write it anew from this model, with --calibration"};
  const auto damaged = [](const std::string& what) {
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = fmt::format("it is damaged: {} does not fit the model", what),
                      .help = "write it anew, with --calibration"};
  };
  Graph graph = prepare_for_quantization(given);
  std::vector<bool> keep(graph.nodes.size(), false);
  for (const auto& [node, reason] : record.kept) {
    if (node >= keep.size()) return damaged("a layer that stays float");
    keep[node] = true;
  }
  const Assignment assignment = assign(graph, keep);
  const std::vector<ChannelGroup> groups = channel_groups(graph);
  if (const std::string what = unfit(record, graph, assignment, groups); !what.empty()) return damaged(what);
  for (size_t g = 0; g < record.factors.size(); ++g) scale_channels(graph, groups[g], record.factors[g]);
  IntegerGraph made = integer_graph(graph, assignment, record.classes, record.layers, interface);
  if (!made.refused.empty()) return damaged("a scale");
  QuantizedModel result;
  result.graph = std::move(made.graph);
  result.record = record;
  result.float_layers = float_layers(graph, assignment, record.kept);
  return result;
}

}  // namespace burin
