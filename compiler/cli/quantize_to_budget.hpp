// Quantizing to what may be lost: int8, with as many layers in int16 as that takes.
#pragma once

#include <optional>
#include <vector>

#include "cli/curve.hpp"
#include "cli/quantized.hpp"

namespace burin {

// One of the two.
struct QualityBudget {
  std::optional<double> min_sqnr{};           // dB, of the report
  std::optional<double> max_accuracy_drop{};  // points, of all labeled samples

  bool any() const { return min_sqnr || max_accuracy_drop; }
};

struct BudgetedModel {
  QuantizedModel model{};
  std::vector<CurvePoint> curve{};  // what was tried, from no layer in int16 to all that help
  std::vector<size_t> wide{};       // how many of the model's operators are in int16, by point of the curve
};

// Of sets of layers that grow by what int16 brings for what it costs on the target, the smallest that keeps
// to the budget, found by bisection. E0201 where none does, or the model keeps state. With labels, which the
// second budget needs, the model has its classification.
Result<BudgetedModel> quantize_to_budget(const Session& session, const Graph& graph,
                                         const SampleValues& samples, const std::vector<int64_t>& labels,
                                         QuantizationOptions options, const QualityBudget& budget,
                                         const CostModel& costs);

std::string budget_table(const BudgetedModel& model);

}  // namespace burin
