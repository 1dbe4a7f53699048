#include "prune/sparsify.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "passes/channel_ranges.hpp"
#include "prune/channel_scores.hpp"
#include "prune/held_out.hpp"
#include "prune/least_squares.hpp"
#include "prune/likeness.hpp"
#include "prune/separate_activations.hpp"
#include "prune/surgeon.hpp"
#include "quantize/network_fit.hpp"
#include "quantize/preparation.hpp"

namespace burin {
namespace {

constexpr int64_t rows_for_orders = 12000;
constexpr int64_t rows_for_fits = 60000;
constexpr size_t samples_for_orders = 256;
constexpr size_t samples_for_sensitivities = 64;
constexpr size_t period_held_out = 4;
// Share of the mean of a diagonal of second moments that is added to it.
constexpr double damping = 1e-3;
constexpr std::array ridges{1e-4, 1e-3, 1e-2, 1e-1};

// One output of a layer; its weights are column `output` of group `group`.
struct Row {
  size_t layer = 0;
  size_t group = 0;
  Eigen::Index output = 0;
};

Eigen::MatrixXd damped(const InputMoments& moments, double ridge) {
  Eigen::MatrixXd result = moments.inputs;
  const Eigen::Index length = result.rows() - 1;
  const double mean = length > 0 ? result.diagonal().head(length).mean() : 0;
  result.diagonal().array() += ridge * mean + 1e-9 * std::max(mean, 1e-12 * std::max(moments.rows, 1.0));
  return result;
}

Eigen::MatrixXd inverse_of(const Eigen::MatrixXd& moments) {
  return moments.ldlt().solve(Eigen::MatrixXd::Identity(moments.rows(), moments.cols()));
}

std::vector<Row> rows_of(const LayerColumns& weights, size_t layer) {
  std::vector<Row> rows;
  for (size_t g = 0; g < weights.size(); ++g)
    for (Eigen::Index o = 0; o < weights[g].cols(); ++o)
      rows.push_back({.layer = layer, .group = g, .output = o});
  return rows;
}

// How many weights of each row go where `count` go in all, those that add least error first; errors[i] is the
// elimination of row i, and an error of row i counts factors[i].
std::vector<size_t> share_out(const std::vector<Elimination>& rows, const std::vector<double>& factors,
                              size_t count) {
  struct Step {
    double error;
    size_t row;
  };
  std::vector<Step> steps;
  for (size_t r = 0; r < rows.size(); ++r)
    for (const double error : rows[r].errors) steps.push_back({factors[r] * error, r});
  // Errors of a row do not fall, so that the first steps of all are the first of each.
  std::ranges::stable_sort(steps, {}, &Step::error);
  std::vector<size_t> result(rows.size());
  for (size_t i = 0; i < std::min(count, steps.size()); ++i) ++result[steps[i].row];
  return result;
}

std::vector<Eigen::Index> kept_of(const Elimination& elimination, size_t gone) {
  std::vector<Eigen::Index> kept(elimination.order.begin() + static_cast<std::ptrdiff_t>(gone),
                                 elimination.order.end());
  std::ranges::sort(kept);
  kept.push_back(static_cast<Eigen::Index>(elimination.order.size()));
  return kept;
}

class Sparsifier {
 public:
  Sparsifier(const Graph& graph, const SampleValues& samples, const SparsifyOptions& options)
      : teacher_(separate_activations(graph)),
        student_(teacher_),
        fit_(selection(samples, period_held_out, false)),
        held_out_(selection(samples, period_held_out, true)),
        ordered_(some_of(fit_, samples_for_orders)),
        nodes_(fitted_nodes(teacher_)),
        options_(options) {
    for (const Node& node : teacher_.nodes) {
      channels_.emplace_back(static_cast<size_t>(channel_count(teacher_.at(node.outputs[0]))));
      std::iota(channels_.back().begin(), channels_.back().end(), 0);
    }
  }

  SparseGraph run(const Graph& before) {
    SparseGraph result{.before = before};
    if (options_.refit) {
      const std::vector<size_t> gone = zeros_of_layers();
      for (size_t i = 0; i < nodes_.size(); ++i) {
        thin_out(i, gone[i]);
        tell(0.3 + 0.4 * static_cast<double>(i + 1) / static_cast<double>(nodes_.size()));
      }
      fit_again();
    } else {
      for (const size_t node : nodes_) drop_smallest(node);
    }
    tell(1);
    result.graph = fuse_separate_activations(student_);
    for (const size_t node : nodes_) {
      const auto values = student_.at(student_.nodes[node].inputs[1]).constant->as<float>();
      result.weights += std::ssize(values);
      result.zeros += std::ranges::count(values, 0.0f);
    }
    return result;
  }

 private:
  LayerColumns weights_of(size_t node) const { return layer_weights({student_, student_.nodes[node]}); }
  Pair pair() const { return {teacher_, student_, channels_}; }
  void tell(double done) const {
    if (options_.progress) options_.progress(done);
  }

  // By layer: how many of its weights go.
  std::vector<size_t> zeros_of_layers() const {
    const std::vector<LayerMoments> moments =
        layer_moments(pair(), nodes_, ordered_, 0, ordered_.count(), rows_for_orders);
    const std::map<size_t, double> sensitivity =
        sensitivities(student_, judged_tensors(student_), nodes_, ordered_,
                      std::min(ordered_.count(), samples_for_sensitivities));
    std::vector<Row> rows;
    std::vector<Elimination> eliminations;
    std::vector<double> factors;
    size_t all = 0;
    for (size_t i = 0; i < nodes_.size(); ++i) {
      const Tensor& output = student_.at(student_.nodes[nodes_[i]].outputs[0]);
      const double pixels =
          static_cast<double>(output.type.shape.elements()) / static_cast<double>(channel_count(output));
      const LayerColumns weights = weights_of(nodes_[i]);
      for (const Row& row : rows_of(weights, i)) {
        rows.push_back(row);
        factors.push_back(sensitivity.at(nodes_[i]) * pixels / std::max(moments[i][row.group].rows, 1.0));
        all += static_cast<size_t>(weights[row.group].rows() - 1);
      }
      const std::vector<Elimination> own = eliminations_of(weights, moments[i]);
      eliminations.insert(eliminations.end(), own.begin(), own.end());
      tell(0.3 * static_cast<double>(i + 1) / static_cast<double>(nodes_.size()));
    }
    const std::vector<size_t> gone = share_out(
        eliminations, factors, static_cast<size_t>(std::ceil(options_.share * static_cast<double>(all))));
    std::vector<size_t> result(nodes_.size());
    for (size_t r = 0; r < rows.size(); ++r) result[rows[r].layer] += gone[r];
    return result;
  }

  static std::vector<Elimination> eliminations_of(const LayerColumns& weights, const LayerMoments& moments) {
    std::vector<Eigen::MatrixXd> inverses(weights.size());
    for_each_in_parallel(weights.size(),
                         [&](size_t g) { inverses[g] = inverse_of(damped(moments[g], damping)); });
    const std::vector<Row> rows = rows_of(weights, 0);
    std::vector<Elimination> result(rows.size());
    for_each_in_parallel(rows.size(), [&](size_t r) {
      result[r] = eliminate_weights(weights[rows[r].group].col(rows[r].output), inverses[rows[r].group]);
    });
    return result;
  }

  // Weights of one layer go, on the inputs that the layers before it, thinned out already, give it.
  void thin_out(size_t layer, size_t gone) {
    const std::array node{nodes_[layer]};
    const LayerMoments moments =
        layer_moments(pair(), node, ordered_, 0, ordered_.count(), rows_for_orders)[0];
    LayerColumns weights = weights_of(node[0]);
    for (size_t g = 0; g < weights.size(); ++g) {
      const Eigen::MatrixXd fitted = fit_weights(moments[g], weights[g], 1e-2);
      for (Eigen::Index o = 0; o < fitted.cols(); ++o)
        if (fitted.col(o).allFinite()) fill_in(weights[g].col(o), fitted.col(o));
    }
    const std::vector<Elimination> eliminations = eliminations_of(weights, moments);
    const std::vector<size_t> shares =
        share_out(eliminations, std::vector<double>(eliminations.size(), 1), gone);
    std::vector<Eigen::MatrixXd> sums;
    for (const InputMoments& each : moments) sums.push_back(damped(each, damping));
    const std::vector<Row> rows = rows_of(weights, layer);
    std::vector<Eigen::VectorXd> left(rows.size());
    for_each_in_parallel(rows.size(), [&](size_t r) {
      left[r] = fit_kept_weights(weights[rows[r].group].col(rows[r].output),
                                 kept_of(eliminations[r], shares[r]), sums[rows[r].group]);
    });
    for (size_t r = 0; r < rows.size(); ++r) weights[rows[r].group].col(rows[r].output) = left[r];
    set_layer_weights(student_, node[0], weights);
  }

  // Zeros that the model came with stay.
  static void fill_in(Eigen::Ref<Eigen::VectorXd> weights, const Eigen::VectorXd& fitted) {
    for (Eigen::Index i = 0; i < weights.size(); ++i)
      if (weights(i) != 0 || i + 1 == weights.size()) weights(i) = fitted(i);
  }

  // All weights that are left, layer by layer, as far as samples that were held out bear it out.
  void fit_again() {
    const JudgedValues wanted = judged_values(teacher_, held_out_);
    double least = relative_error(wanted, judged_values(student_, held_out_));
    for (int sweep = 0; sweep < 2; ++sweep) {
      const Graph before = student_;
      for (const size_t node : nodes_) fit_layer_again(node);
      const double error = relative_error(wanted, judged_values(student_, held_out_));
      if (!(error < least)) {
        student_ = before;
        return;
      }
      least = error;
      tell(0.7 + 0.1 * (sweep + 1));
    }
  }

  void fit_layer_again(size_t node) {
    const std::array nodes{node};
    const LayerMoments fit = layer_moments(pair(), nodes, fit_, 0, fit_.count(), rows_for_fits)[0];
    const LayerMoments judging =
        layer_moments(pair(), nodes, held_out_, 0, held_out_.count(), rows_for_fits / 3)[0];
    LayerColumns weights = weights_of(node);
    const std::vector<Row> rows = rows_of(weights, 0);
    std::vector<Eigen::VectorXd> left(rows.size());
    for_each_in_parallel(rows.size(), [&](size_t r) {
      const Row& row = rows[r];
      const Eigen::VectorXd before = weights[row.group].col(row.output);
      left[r] = fitted_again(before, row.output, fit[row.group], judging[row.group]);
    });
    for (size_t r = 0; r < rows.size(); ++r) weights[rows[r].group].col(rows[r].output) = left[r];
    set_layer_weights(student_, node, weights);
  }

  // With the ridge that leaves the least error on what was held out, the weights then fitted on all.
  static Eigen::VectorXd fitted_again(const Eigen::VectorXd& before, Eigen::Index output,
                                      const InputMoments& fit, const InputMoments& judging) {
    std::vector<Eigen::Index> kept;
    for (Eigen::Index i = 0; i < before.size(); ++i)
      if (before(i) != 0 || i + 1 == before.size()) kept.push_back(i);
    const auto fitted_with = [&](const InputMoments& moments, double ridge) {
      const Eigen::MatrixXd among = damped(moments, ridge)(kept, kept);
      const Eigen::VectorXd residue = moments.targets.col(output) - moments.inputs * before;
      const Eigen::VectorXd step = among.ldlt().solve(Eigen::VectorXd(residue(kept)));
      Eigen::VectorXd result = before;
      if (step.allFinite()) result(kept) += step;
      return result;
    };
    double least = judging.error(before, output);
    double best = 0;
    for (const double ridge : ridges) {
      const double error = judging.error(fitted_with(fit, ridge), output);
      if (!(error < least)) continue;
      least = error;
      best = ridge;
    }
    if (best == 0) return before;
    InputMoments all = fit;
    all.add(judging);
    return fitted_with(all, best);
  }

  void drop_smallest(size_t node) {
    Tensor& tensor = student_.at(student_.nodes[node].inputs[1]);
    const auto old = tensor.constant->as<float>();
    std::vector<float> values(old.begin(), old.end());
    std::vector<size_t> order(values.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::ranges::stable_sort(order, {}, [&](size_t i) { return std::abs(values[i]); });
    const auto count = static_cast<size_t>(std::ceil(options_.share * static_cast<double>(values.size())));
    for (size_t i = 0; i < count; ++i) values[order[i]] = 0;
    tensor.constant = Constant::of(values);
  }

  Graph teacher_;
  Graph student_;
  SampleValues fit_;
  SampleValues held_out_;
  SampleValues ordered_;       // some that are fitted
  std::vector<size_t> nodes_;  // of teacher and student
  const SparsifyOptions& options_;
  std::vector<std::vector<int32_t>> channels_;  // see Pair: all of them
};

}  // namespace

std::vector<size_t> weighted_nodes(const Graph& graph) {
  return fitted_nodes(graph);
}

Result<SparseGraph> sparsify(const Graph& given, const SampleValues& samples,
                             const SparsifyOptions& options) {
  const Graph graph = prepare_for_quantization(given);
  if (std::ranges::any_of(graph.tensors, [](const Tensor& tensor) { return tensor.variable; }))
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the model keeps state between calls, which cannot be pruned",
                      .help = "prune the layers before and behind what keeps state as models of their own"};
  if (fitted_nodes(separate_activations(graph)).empty())
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the model has no weights that could become 0",
                      .help =
                          "prune wants float32 convolutions or fully connected layers with constant weights; "
                          "`burin inspect` shows the types"};
  if (samples.count() < period_held_out)
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = "there are not enough samples to prune with",
                      .help = "give 200 samples or more, as varied as the real inputs"};
  return Sparsifier(graph, samples, options).run(graph);
}

}  // namespace burin
