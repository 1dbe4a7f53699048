#include "prune/surgeon.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace burin {
namespace {

constexpr Eigen::Index most_for_exact_order = 1024;

Elimination by_first_errors(const Eigen::VectorXd& weights, const Eigen::MatrixXd& inverse) {
  const Eigen::Index inputs = weights.size() - 1;
  const Eigen::VectorXd errors = weights.cwiseAbs2().cwiseQuotient(inverse.diagonal());
  Elimination result;
  result.order.resize(static_cast<size_t>(inputs));
  std::iota(result.order.begin(), result.order.end(), 0);
  std::ranges::stable_sort(result.order, {}, [&](Eigen::Index i) { return errors(i); });
  for (const Eigen::Index i : result.order) result.errors.push_back(errors(i));
  return result;
}

}  // namespace

Elimination eliminate_weights(const Eigen::VectorXd& weights, const Eigen::MatrixXd& inverse) {
  const Eigen::Index inputs = weights.size() - 1;
  if (inputs > most_for_exact_order) return by_first_errors(weights, inverse);
  // The bias stands first, and what is gone behind all others.
  std::vector<Eigen::Index> places(static_cast<size_t>(inputs) + 1);
  std::iota(places.begin() + 1, places.end(), 0);
  places[0] = inputs;
  Eigen::MatrixXd left = inverse(places, places);
  Eigen::VectorXd values = weights(places);
  Elimination result;
  double least_before = 0;
  for (Eigen::Index count = inputs; count > 0; --count) {
    Eigen::Index best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (Eigen::Index i = 1; i <= count; ++i) {
      const double error = values(i) * values(i) / left(i, i);
      if (best > 0 && !(error < least)) continue;
      best = i;
      least = error;
    }
    least_before = std::max(least_before, least);
    result.order.push_back(places[static_cast<size_t>(best)]);
    result.errors.push_back(least_before);
    // What is left is fitted again without it.
    const Eigen::VectorXd column = left.col(best).head(count + 1);
    values.head(count + 1) -= column * (values(best) / column(best));
    left.topLeftCorner(count + 1, count + 1).noalias() -= column * (column.transpose() / column(best));
    left.col(best).head(count + 1).swap(left.col(count).head(count + 1));
    left.row(best).head(count + 1).swap(left.row(count).head(count + 1));
    std::swap(values(best), values(count));
    std::swap(places[static_cast<size_t>(best)], places[static_cast<size_t>(count)]);
  }
  return result;
}

Eigen::VectorXd fit_kept_weights(const Eigen::VectorXd& weights, const std::vector<Eigen::Index>& kept,
                                 const Eigen::MatrixXd& moments) {
  const Eigen::VectorXd wanted = moments * weights;
  const Eigen::MatrixXd among = moments(kept, kept);
  const Eigen::VectorXd fitted = among.ldlt().solve(Eigen::VectorXd(wanted(kept)));
  Eigen::VectorXd result = Eigen::VectorXd::Zero(weights.size());
  if (fitted.allFinite())
    result(kept) = fitted;
  else
    result(kept) = weights(kept);
  return result;
}

}  // namespace burin
