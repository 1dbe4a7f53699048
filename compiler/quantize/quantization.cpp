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
  if (decibels(error.own) < 25)
    return "keep it in float with --keep-float, or have int16 between all layers with --scheme int16";
  return {};
}

// The precision of what enters and leaves the graph.
Precision edge_of(Precision scheme, InterfaceType interface) {
  if (interface == InterfaceType::s16) return Precision::s16;
  if (interface != InterfaceType::f32) return Precision::s8;
  return scheme == Precision::hybrid ? Precision::f32 : scheme;
}

std::vector<Precision> wanted(const std::vector<bool>& keep_float, Precision scheme,
                              const std::map<size_t, Precision>& precisions) {
  std::vector<Precision> wanted(keep_float.size(), scheme);
  for (const auto& [node, precision] : precisions) wanted.at(node) = precision;
  for (size_t i = 0; i < wanted.size(); ++i)
    if (keep_float[i]) wanted[i] = Precision::f32;
  return wanted;
}

std::map<Precision, size_t> count_operators(const Assignment& assignment) {
  std::map<Precision, size_t> count;
  for (size_t i = 0; i < assignment.precision.size(); ++i)
    if (!assignment.conversion[i]) ++count[assignment.precision[i]];
  return count;
}

// Plain rounding, without a search.
std::vector<Quantization> plain_classes(const Graph& graph, const Assignment& assignment,
                                        const SampleValues& samples, RangeRule rule) {
  const FloatExecutor executor(graph);
  const Statistics statistics = collect_statistics(executor, assignment, some_of(samples, 1024));
  std::vector<Quantization> classes;
  for (size_t k = 0; k < assignment.classes.size(); ++k)
    classes.push_back(assignment.classes[k].fixed ? *assignment.classes[k].fixed
                                                  : quantization_by({.rule = rule}, statistics.classes[k],
                                                                    assignment.classes[k].precision));
  return classes;
}

// `kept`: reasons by node of the graph that the assignment was made for, which go before those of the
// assignment.
std::vector<FloatLayer> float_layers(const Graph& graph, const Assignment& assignment,
                                     const std::map<size_t, std::string>& kept) {
  std::vector<FloatLayer> layers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (assignment.reason[i].empty()) continue;
    const auto found = kept.find(assignment.origin[i]);
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
    const IntegerRange range = integer_range(activation_type(assignment.classes[k].precision));
    if (!usable(one.scale()) || one.zero_point() < range.lowest || one.zero_point() > range.highest)
      return "a range";
    if (assignment.classes[k].fixed && one != *assignment.classes[k].fixed) return "a range";
  }
  if (!record.factors.empty() && record.factors.size() != groups.size()) return "the number of factors";
  for (size_t g = 0; g < record.factors.size(); ++g)
    if (record.factors[g].size() != static_cast<size_t>(groups[g].channels) ||
        !std::ranges::all_of(record.factors[g], usable))
      return "a factor";
  size_t layers = 0;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!assignment.quantized(i) || !weights_axis(graph.nodes[i].op)) continue;
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
        interface_(options.interface.value_or(interface_of(options.scheme))),
        edge_(edge_of(options.scheme, interface_)),
        keep_(graph_.nodes.size(), false),
        refusal_(graph_.nodes.size()) {}

  Result<QuantizedModel> run(std::vector<bool> keep) {
    keep_ = std::move(keep);
    for (;;) {
      const AssignedGraph assigned =
          assign(graph_, wanted(keep_, options_.scheme, options_.precisions), edge_);
      const Assignment& assignment = assigned.assignment;
      if (std::ranges::all_of(assignment.precision, [](Precision p) { return p == Precision::f32; }))
        return Diagnostic{.code = DiagnosticCode::E0402,
                          .message = "no operator of the model can be quantized",
                          .help = "quantize wants a float32 model; `burin inspect` shows the types"};
      // What plain rounding already shows is found before the search.
      const std::vector<Quantization> classes =
          plain_classes(assigned.graph, assignment, samples_, RangeRule::extremes);
      if (refuses(integer_graph(assigned.graph, assignment, classes,
                                round_network(assigned.graph, assignment, classes, options_.fit),
                                interface_)))
        continue;
      if (std::optional<QuantizedModel> model = quantized(assigned)) return std::move(*model);
    }
  }

 private:
  // Keeps float what was refused; true where something was.
  bool refuses(const IntegerGraph& made) {
    for (const RefusedNode& refused : made.refused) {
      BURIN_CHECK(!keep_[refused.node], "what is float is not refused as an integer: " + refused.reason);
      keep_[refused.node] = true;
      refusal_[refused.node] = refused.reason;
    }
    return !made.refused.empty();
  }

  // Nothing where an operator refused what was found.
  std::optional<QuantizedModel> quantized(const AssignedGraph& assigned) {
    const Graph& graph = assigned.graph;
    const Assignment& assignment = assigned.assignment;
    QuantizedModel result;
    result.samples = samples_.count();
    result.float_layers = float_layers(graph, assignment, kept());
    result.operators = count_operators(assignment);
    result.record = {
        .scheme = options_.scheme, .edge = edge_, .precisions = options_.precisions, .kept = kept()};
    if (FloatExecutor(graph).has_state()) {
      // Samples are steps of one sequence: layers cannot see them all before the next layer does.
      const std::vector<Quantization> classes = plain_classes(
          graph, assignment, samples_, options_.ranges ? RangeRule::percentile : RangeRule::extremes);
      std::map<size_t, LayerWeights> layers = round_network(graph, assignment, classes, options_.fit);
      IntegerGraph made = integer_graph(graph, assignment, classes, layers, interface_);
      if (refuses(made)) return std::nullopt;
      result.graph = std::move(made.graph);
      result.record.classes = classes;
      result.record.layers = std::move(layers);
      result.notes.emplace_back(
          "the model keeps state: its weights are rounded to the nearest, without data");
      return result;
    }
    FoundQuantization found = search_quantization(graph, assignment, samples_, options_);
    IntegerGraph made = integer_graph(found.graph, assignment, found.classes, found.layers, interface_);
    if (refuses(made)) return std::nullopt;
    result.graph = std::move(made.graph);
    report(result, found, assigned);
    result.record.factors = std::move(found.factors);
    result.record.classes = std::move(found.classes);
    result.record.layers = std::move(found.layers);
    return result;
  }

  std::map<size_t, std::string> kept() const {
    std::map<size_t, std::string> kept;
    for (size_t i = 0; i < keep_.size(); ++i)
      if (keep_[i]) kept[i] = refusal_[i].empty() ? "it is to stay float" : refusal_[i];
    return kept;
  }

  static void report(QuantizedModel& result, const FoundQuantization& found, const AssignedGraph& assigned) {
    const Graph& graph = assigned.graph;
    const std::vector<TensorId> judged = judged_tensors(graph);
    result.passes = found.passes;
    result.measured_on = found.measured_on;
    result.sqnr_db = decibels(found.measured.error_unseen);
    result.sqnr_plain_db = decibels(found.plain_error);
    result.equalization = found.equalization;
    if (!judged.empty() && graph.at(judged[0]).type.shape.elements() > 1)
      result.agreement = 100 * found.measured.agreement;
    for (const TensorId id : judged) result.judged.push_back(graph.at(id).name);
    for (const LayerError& error : found.measured.report) {
      const Node& node = graph.nodes[error.node];
      result.layers.push_back({.name = layer_name(graph, node),
                               .op = node.op,
                               .precision = assigned.assignment.precision[error.node],
                               .own_db = decibels(error.own),
                               .accumulated_db = decibels(error.accumulated),
                               .saturated = error.saturated,
                               .node = node.source_index,
                               .advice = advice_for(error, graph)});
    }
  }

  const Graph graph_;
  const SampleValues& samples_;
  const QuantizationOptions& options_;
  const InterfaceType interface_;
  const Precision edge_;
  std::vector<bool> keep_;            // by node
  std::vector<std::string> refusal_;  // by node: the constraint that keeps it float, or nothing
};

}  // namespace

InterfaceType interface_of(Precision scheme) {
  return scheme == Precision::s8    ? InterfaceType::s8
         : scheme == Precision::s16 ? InterfaceType::s16
                                    : InterfaceType::f32;
}

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
                                      std::optional<InterfaceType> wanted_interface) {
  if (record.model != sha256_of(given))
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = "it was written for another model",
                      .help = "write it anew from this model, with --calibration"};
  const auto damaged = [](const std::string& what) {
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = fmt::format("it is damaged: {} does not fit the model", what),
                      .help = "write it anew, with --calibration"};
  };
  if (record.scheme == Precision::f32 || record.edge == Precision::hybrid) return damaged("the scheme");
  const InterfaceType interface =
      wanted_interface.value_or(record.edge == Precision::s16  ? InterfaceType::s16
                                : record.edge == Precision::s8 ? InterfaceType::s8
                                                               : InterfaceType::f32);
  if (interface != InterfaceType::f32 && edge_of(record.scheme, interface) != record.edge)
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = fmt::format("it has no scales for that interface: inputs and outputs are {}",
                                             name_of(record.edge)),
                      .help = fmt::format("--io {}, --io float, or --calibration to find them anew",
                                          record.edge == Precision::f32 ? "float" : name_of(record.edge))};
  const Graph prepared = prepare_for_quantization(given);
  std::vector<bool> keep(prepared.nodes.size(), false);
  for (const auto& [node, reason] : record.kept) {
    if (node >= keep.size()) return damaged("a layer that stays float");
    keep[node] = true;
  }
  for (const auto& [node, precision] : record.precisions)
    if (node >= keep.size()) return damaged("a layer's precision");
  AssignedGraph assigned = assign(prepared, wanted(keep, record.scheme, record.precisions), record.edge);
  Graph& graph = assigned.graph;
  const Assignment& assignment = assigned.assignment;
  const std::vector<ChannelGroup> groups = channel_groups(graph);
  if (const std::string what = unfit(record, graph, assignment, groups); !what.empty()) return damaged(what);
  for (size_t g = 0; g < record.factors.size(); ++g) scale_channels(graph, groups[g], record.factors[g]);
  IntegerGraph made = integer_graph(graph, assignment, record.classes, record.layers, interface);
  if (!made.refused.empty()) return damaged("a scale");
  QuantizedModel result;
  result.graph = std::move(made.graph);
  result.record = record;
  result.float_layers = float_layers(graph, assignment, record.kept);
  result.operators = count_operators(assignment);
  return result;
}

}  // namespace burin
