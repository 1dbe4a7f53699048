#include "cli/quantize_to_budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "ops/operator.hpp"
#include "quantize/nominal_quantization.hpp"
#include "quantize/preparation.hpp"
#include "quantize/widening.hpp"

namespace burin {
namespace {

// What a node costs more in int16 than in int8: cycles, or on a target without prices its products and
// elements.
class ExtraCost {
 public:
  ExtraCost(const Graph& graph, const Graph& prepared, const CostModel& costs)
      : graph_(graph), prepared_(prepared), costs_(costs), narrow_(cycles({})) {}

  double operator()(size_t node) const {
    const NodeView view{prepared_, prepared_.nodes[node]};
    const double elements = static_cast<double>(view.output().type.shape.elements());
    const double work = static_cast<double>(operator_of(view.node).macs(view)) + elements;
    if (!narrow_) return work;
    const std::optional<double> wide = cycles({node});
    return wide ? *wide - *narrow_ : work;
  }

 private:
  std::optional<double> cycles(const std::vector<size_t>& wide) const {
    if (costs_.target.architecture == Architecture::portable) return std::nullopt;
    const Result<ModelCost> cost = costs_.cost(nominal_quantization(graph_, wide));
    if (!cost || !cost->cycles) return std::nullopt;
    return static_cast<double>(*cost->cycles);
  }

  const Graph& graph_;
  const Graph& prepared_;
  const CostModel& costs_;
  std::optional<double> narrow_;
};

class BudgetSearch {
 public:
  BudgetSearch(const Session& session, const Graph& graph, const SampleValues& samples,
               const std::vector<int64_t>& labels, const QuantizationOptions& options,
               const QualityBudget& budget, const CostModel& costs)
      : session_(session),
        graph_(graph),
        samples_(samples),
        labels_(labels),
        options_(options),
        budget_(budget),
        costs_(costs) {}

  Result<BudgetedModel> run() {
    const Graph prepared = prepare_for_quantization(graph_);
    if (FloatExecutor(prepared).has_state())
      return Diagnostic{.code = DiagnosticCode::E0201,
                        .message = "the model keeps state, so that nothing tells what quantization costs",
                        .help = "leave --min-sqnr and --max-accuracy-drop out"};
    if (const Diagnostics findings = attempt(0); !findings.empty()) return findings;
    if (!keeps(tried_.at(0))) {
      show_progress(session_, "what int16 costs");
      const ExtraCost extra(graph_, prepared, costs_);
      sets_ = widening_sets(prepared, samples_, [&](size_t node) { return extra(node); });
      size_t enough = sets_.size() - 1;
      if (const Diagnostics findings = attempt(enough); !findings.empty()) return findings;
      if (!keeps(tried_.at(enough))) return out_of_reach(enough);
      for (size_t too_few = 0; enough - too_few > 1;) {
        const size_t middle = (enough + too_few) / 2;
        if (const Diagnostics findings = attempt(middle); !findings.empty()) return findings;
        (keeps(tried_.at(middle)) ? enough : too_few) = middle;
      }
      chosen_ = enough;
    }
    return result();
  }

 private:
  double drop(const QuantizedModel& model) const {
    return model.classification->accuracy_float() - model.classification->accuracy();
  }

  bool keeps(const QuantizedModel& model) const {
    return (!budget_.min_sqnr || model.sqnr_db >= *budget_.min_sqnr) &&
           (!budget_.max_accuracy_drop || drop(model) <= *budget_.max_accuracy_drop);
  }

  Diagnostics attempt(size_t set) {
    if (tried_.contains(set)) return {};
    QuantizationOptions options = options_;
    for (const size_t node : sets_[set]) options.precisions[node] = Precision::s16;
    Result<QuantizedModel> model = quantize_with(session_, graph_, samples_, options);
    if (!model) return model.diagnostics();
    if (!labels_.empty()) model->classification = classify(graph_, model->graph, samples_, labels_);
    tried_.emplace(set, std::move(*model));
    return {};
  }

  Diagnostics out_of_reach(size_t last) const {
    const QuantizedModel& model = tried_.at(last);
    return {{.code = DiagnosticCode::E0201,
             .message =
                 budget_.min_sqnr
                     ? fmt::format("{:.1f} dB are out of reach: int16 in all layers that help gives {:.1f}",
                                   *budget_.min_sqnr, model.sqnr_db)
                     : fmt::format("a drop of {:.2f} points is out of reach: int16 in all layers that help "
                                   "drops {:.2f}",
                                   *budget_.max_accuracy_drop, drop(model)),
             .help = "ask for less, or take --scheme int16, whose inputs and outputs have 16 bits as well"}};
  }

  Result<BudgetedModel> result() {
    BudgetedModel result;
    for (const auto& [set, model] : tried_) {
      const Result<ModelCost> cost = costs_.cost(model.graph);
      if (!cost) return cost.diagnostics();
      CurvePoint point{.cost = *cost};
      point.likeness.relative_error = std::pow(10, -model.sqnr_db / 10);
      if (budget_.max_accuracy_drop) point.accuracy = model.classification->accuracy() / 100;
      result.curve.push_back(std::move(point));
      const auto wide = model.operators.find(Precision::s16);
      result.wide.push_back(wide == model.operators.end() ? 0 : wide->second);
    }
    result.model = std::move(tried_.at(chosen_));
    return result;
  }

  const Session& session_;
  const Graph& graph_;
  const SampleValues& samples_;
  const std::vector<int64_t>& labels_;
  const QuantizationOptions& options_;
  const QualityBudget& budget_;
  const CostModel& costs_;
  std::vector<std::vector<size_t>> sets_ = {{}};
  std::map<size_t, QuantizedModel> tried_;  // by place in sets_
  size_t chosen_ = 0;
};

}  // namespace

Result<BudgetedModel> quantize_to_budget(const Session& session, const Graph& graph,
                                         const SampleValues& samples, const std::vector<int64_t>& labels,
                                         QuantizationOptions options, const QualityBudget& budget,
                                         const CostModel& costs) {
  return BudgetSearch(session, graph, samples, labels, options, budget, costs).run();
}

std::string budget_table(const BudgetedModel& model) {
  std::vector<std::vector<std::string>> rows = {{"in int16", "dB", "accuracy %", "cycles", "flash", "RAM"}};
  for (size_t i = 0; i < model.curve.size(); ++i) {
    const CurvePoint& point = model.curve[i];
    rows.push_back({std::to_string(model.wide[i]), fmt::format("{:.1f}", point.likeness.sqnr_db()),
                    point.accuracy ? fmt::format("{:.2f}", 100 * *point.accuracy) : "-",
                    point.cost.cycles ? grouped(*point.cost.cycles) : "-", grouped(point.cost.flash_bytes),
                    grouped(point.cost.arena_bytes)});
  }
  return table(rows);
}

}  // namespace burin
