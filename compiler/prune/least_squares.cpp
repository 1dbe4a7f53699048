#include "prune/least_squares.hpp"

#include <array>
#include <limits>

namespace burin {
namespace {

constexpr std::array ridges{1e-6, 1e-4, 1e-3, 1e-2, 1e-1, 1.0};

}  // namespace

Eigen::MatrixXd fit_weights(const InputMoments& moments, const Eigen::MatrixXd& before, double ridge) {
  const Eigen::Index length = moments.inputs.rows();
  Eigen::MatrixXd inputs = moments.inputs;
  const double mean = length > 1 ? inputs.diagonal().head(length - 1).mean() : 0;
  const double tiny = 1e-9 * std::max(mean, 1e-12 * std::max(moments.rows, 1.0));
  inputs.diagonal().head(length - 1).array() += ridge * mean + tiny;
  inputs(length - 1, length - 1) += tiny;
  const Eigen::MatrixXd residue = moments.targets - moments.inputs * before;
  return before + inputs.ldlt().solve(residue);
}

LayerColumns fit_layer(const LayerMoments& fit, const LayerMoments& held_out, const LayerColumns& before,
                       bool on_all) {
  LayerColumns result = before;
  for (size_t g = 0; g < before.size(); ++g) {
    InputMoments all = fit[g];
    if (on_all) all.add(held_out[g]);
    std::vector<double> least(static_cast<size_t>(before[g].cols()));
    std::vector<size_t> best(least.size(), ridges.size());
    for (size_t o = 0; o < least.size(); ++o)
      least[o] = held_out[g].error(before[g].col(static_cast<Eigen::Index>(o)), static_cast<int64_t>(o));
    for (size_t r = 0; r < ridges.size(); ++r) {
      const Eigen::MatrixXd fitted = fit_weights(fit[g], before[g], ridges[r]);
      if (!fitted.allFinite()) continue;
      for (size_t o = 0; o < least.size(); ++o) {
        const double error =
            held_out[g].error(fitted.col(static_cast<Eigen::Index>(o)), static_cast<int64_t>(o));
        if (error >= least[o]) continue;
        least[o] = error;
        best[o] = r;
      }
    }
    for (size_t r = 0; r < ridges.size(); ++r) {
      if (std::ranges::find(best, r) == best.end()) continue;
      const Eigen::MatrixXd fitted = fit_weights(all, before[g], ridges[r]);
      for (size_t o = 0; o < best.size(); ++o)
        if (best[o] == r && fitted.col(static_cast<Eigen::Index>(o)).allFinite())
          result[g].col(static_cast<Eigen::Index>(o)) = fitted.col(static_cast<Eigen::Index>(o));
    }
  }
  return result;
}

void refit(const Graph& teacher, Graph& student, const std::vector<std::vector<int32_t>>& channels,
           const SampleValues& fit, const SampleValues& held_out, int64_t most_rows, bool on_all) {
  for (const size_t node : fitted_nodes(student)) {
    const Pair pair{teacher, student, channels};
    const std::array nodes{node};
    const auto own = layer_moments(pair, nodes, fit, 0, fit.count(), most_rows);
    const auto judging = layer_moments(pair, nodes, held_out, 0, held_out.count(), most_rows / 3);
    const LayerColumns before = layer_weights({student, student.nodes[node]});
    set_layer_weights(student, node, fit_layer(own[0], judging[0], before, on_all));
  }
}

}  // namespace burin
