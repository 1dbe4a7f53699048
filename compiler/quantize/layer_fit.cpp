#include "quantize/layer_fit.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

namespace burin {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double largest_integer = 127;

VectorXd row_scales(const MatrixXd& target, double clip, const VectorXd& least, bool per_tensor) {
  VectorXd scales = target.cwiseAbs().rowwise().maxCoeff() * (clip / largest_integer);
  if (per_tensor) scales.setConstant(scales.maxCoeff());
  return scales.cwiseMax(least);
}

double rounded(double weight, double scale) {
  return std::clamp(std::nearbyint(weight / scale), -largest_integer, largest_integer);
}

MatrixXd nearest(const MatrixXd& target, const VectorXd& scales) {
  MatrixXd integers(target.rows(), target.cols());
  for (Eigen::Index r = 0; r < target.rows(); ++r)
    for (Eigen::Index c = 0; c < target.cols(); ++c) integers(r, c) = rounded(target(r, c), scales(r));
  return integers;
}

// Rounds column after column, and after each lets the columns that are left make up for its error, in the
// least squares sense of the inputs' moments (Frantar et al., GPTQ, 2022; LeCun's optimal brain surgeon).
class ErrorFeedback {
 public:
  explicit ErrorFeedback(const MatrixXd& moments) : order_(static_cast<size_t>(moments.rows())) {
    const Eigen::Index n = moments.rows();
    std::iota(order_.begin(), order_.end(), Eigen::Index{0});
    // What matters most is rounded first, when most columns are left.
    std::ranges::stable_sort(order_,
                             [&](Eigen::Index a, Eigen::Index b) { return moments(a, a) > moments(b, b); });
    MatrixXd ordered(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j) ordered(i, j) = moments(order_[at(i)], order_[at(j)]);
    const double damping = 0.01 * std::max(moments.diagonal().mean(), 1e-12);
    ordered.diagonal().array() += damping;
    const MatrixXd inverse = ordered.llt().solve(MatrixXd::Identity(n, n));
    factor_ = inverse.llt().matrixU();
  }

  // Where `weights` are 0, the integers are: what was made sparse stays so.
  MatrixXd round(const MatrixXd& target, const MatrixXd& weights, const VectorXd& scales) const {
    const Eigen::Index n = target.cols();
    MatrixXd left(target.rows(), n);
    for (Eigen::Index i = 0; i < n; ++i) left.col(i) = target.col(order_[at(i)]);
    MatrixXd integers(target.rows(), n);
    for (Eigen::Index i = 0; i < n; ++i) {
      VectorXd error(target.rows());
      for (Eigen::Index r = 0; r < target.rows(); ++r) {
        const bool stays_zero = weights(r, order_[at(i)]) == 0;
        const double integer = stays_zero ? 0 : rounded(left(r, i), scales(r));
        integers(r, order_[at(i)]) = integer;
        error(r) = (left(r, i) - integer * scales(r)) / factor_(i, i);
      }
      const Eigen::Index rest = n - i - 1;
      if (rest > 0) left.rightCols(rest).noalias() -= error * factor_.row(i).tail(rest);
    }
    return integers;
  }

 private:
  static size_t at(Eigen::Index i) { return static_cast<size_t>(i); }

  std::vector<Eigen::Index> order_;
  MatrixXd factor_;
};

struct Centred {
  VectorXd mean_q, mean_d;
  MatrixXd qq, qd, dd;
  explicit Centred(const Moments& moments)
      : mean_q(moments.mean_q()),
        mean_d(moments.mean_d()),
        qq(moments.covariance_qq()),
        qd(moments.covariance_qd()),
        dd(moments.covariance_dd()) {}
};

// By output: the mean square of change·q + weights·d + bias change.
VectorXd mean_squares(const Centred& moments, const MatrixXd& weights, const MatrixXd& change,
                      const VectorXd& bias_change) {
  const VectorXd spread = (change * moments.qq).cwiseProduct(change).rowwise().sum() +
                          2 * (change * moments.qd).cwiseProduct(weights).rowwise().sum() +
                          (weights * moments.dd).cwiseProduct(weights).rowwise().sum();
  const VectorXd mean = change * moments.mean_q + weights * moments.mean_d + bias_change;
  return spread.cwiseMax(0) + mean.cwiseAbs2();
}

}  // namespace

Moments::Moments(int64_t length)
    : sum_q_(VectorXd::Zero(length)),
      sum_d_(VectorXd::Zero(length)),
      qq_(MatrixXd::Zero(length, length)),
      qd_(MatrixXd::Zero(length, length)),
      dd_(MatrixXd::Zero(length, length)) {}

void Moments::add(const Eigen::Ref<const MatrixF>& quantized, const Eigen::Ref<const MatrixF>& real) {
  const MatrixF difference = quantized - real;
  count_ += quantized.rows();
  sum_q_ += quantized.cast<double>().colwise().sum().transpose();
  sum_d_ += difference.cast<double>().colwise().sum().transpose();
  MatrixF product(quantized.cols(), quantized.cols());
  product.noalias() = quantized.transpose() * quantized;
  qq_ += product.cast<double>();
  product.noalias() = quantized.transpose() * difference;
  qd_ += product.cast<double>();
  product.noalias() = difference.transpose() * difference;
  dd_ += product.cast<double>();
}

void Moments::add(const Moments& other) {
  count_ += other.count_;
  sum_q_ += other.sum_q_;
  sum_d_ += other.sum_d_;
  qq_ += other.qq_;
  qd_ += other.qd_;
  dd_ += other.dd_;
}

FittedRows nearest_rows(const MatrixXd& weights, const VectorXd& bias, const VectorXd& least_scales,
                        bool per_tensor) {
  const VectorXd scales = row_scales(weights, 1, least_scales, per_tensor);
  return {.integers = nearest(weights, scales), .scales = scales, .bias = bias};
}

FittedRows fit_rows(const MatrixXd& weights, const VectorXd& bias, const Moments& fit,
                    const Moments& held_out, const VectorXd& least_scales, const FitOptions& options) {
  FittedRows best = nearest_rows(weights, bias, least_scales, options.per_tensor);
  if (fit.count() == 0) return best;
  const Centred on_fit(fit);
  const Centred judge(held_out.count() > 0 ? held_out : fit);
  VectorXd errors = mean_squares(judge, weights, best.scales.asDiagonal() * best.integers - weights,
                                 VectorXd::Zero(bias.size()));
  best.error_nearest = errors.mean();

  // Takes over the outputs that get better by it; something simpler has come first, and wins unless it loses
  // clearly.
  const auto offer = [&](const MatrixXd& integers, const VectorXd& scales, bool corrects) {
    const MatrixXd change = scales.asDiagonal() * integers - weights;
    VectorXd bias_change = VectorXd::Zero(bias.size());
    if (corrects) bias_change = -(change * on_fit.mean_q + weights * on_fit.mean_d);
    const VectorXd offered = mean_squares(judge, weights, change, bias_change);
    const bool all = options.per_tensor;
    const bool better_together = offered.sum() < 0.98 * errors.sum();
    for (Eigen::Index r = 0; r < weights.rows(); ++r) {
      if (all ? !better_together : offered(r) >= 0.98 * errors(r)) continue;
      best.integers.row(r) = integers.row(r);
      best.scales(r) = scales(r);
      best.bias(r) = bias(r) + bias_change(r);
      errors(r) = offered(r);
    }
  };

  const bool corrects = options.bias_correction;
  if (corrects) offer(best.integers, best.scales, true);
  std::optional<ErrorFeedback> feedback;
  if (options.error_feedback) feedback.emplace(on_fit.qq);
  const auto try_target = [&](const MatrixXd& target) {
    for (const double clip : {1.0, 0.94, 0.88}) {
      const VectorXd scales = row_scales(target, clip, least_scales, options.per_tensor);
      offer(feedback ? feedback->round(target, weights, scales) : nearest(target, scales), scales, corrects);
      if (!feedback) break;
    }
  };
  if (feedback) try_target(weights);
  if (options.refit) {
    const double mean_moment = std::max(on_fit.qq.diagonal().mean(), 1e-12);
    const MatrixXd right = on_fit.qd * weights.transpose();
    for (const double ridge : {1.0, 0.1, 0.01}) {
      MatrixXd left = on_fit.qq;
      left.diagonal().array() += ridge * mean_moment;
      const MatrixXd change = left.llt().solve(right).transpose();
      try_target((weights.array() == 0).select(0.0, weights - change));
    }
  }
  best.error = errors.mean();
  return best;
}

}  // namespace burin
