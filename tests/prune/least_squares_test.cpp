#include "prune/least_squares.hpp"

#include <catch2/catch.hpp>

#include "support/random.hpp"

namespace burin::test {
namespace {

// Moments of random rows whose targets are sums of the inputs with these weights, and of noise.
InputMoments moments_of(const Eigen::MatrixXd& weights, int64_t rows, double noise, uint64_t seed) {
  Random random(seed);
  const Eigen::Index length = weights.rows() - 1;
  InputMoments moments(length, weights.cols());
  for (int64_t r = 0; r < rows; ++r) {
    Eigen::VectorXd row(length + 1);
    for (Eigen::Index i = 0; i < length; ++i) row(i) = random.real(-1, 1);
    row(length) = 1;
    Eigen::VectorXd targets = weights.transpose() * row;
    for (double& target : targets) target += noise * random.real(-1, 1);
    moments.inputs += row * row.transpose();
    moments.targets += row * targets.transpose();
    moments.squares += targets.cwiseProduct(targets);
    moments.rows += 1;
  }
  return moments;
}

Eigen::MatrixXd random_weights(Eigen::Index rows, Eigen::Index columns, uint64_t seed) {
  Random random(seed);
  Eigen::MatrixXd weights(rows, columns);
  for (double& w : weights.reshaped()) w = random.real(-1, 1);
  return weights;
}

}  // namespace

TEST_CASE("a fit finds the weights that the targets were made with", "[prune]") {
  const Eigen::MatrixXd truth = random_weights(6, 3, 1);
  const InputMoments moments = moments_of(truth, 200, 0, 2);
  const Eigen::MatrixXd fitted = fit_weights(moments, random_weights(6, 3, 3), 0);
  CHECK((fitted - truth).cwiseAbs().maxCoeff() < 1e-5);
  for (int64_t o = 0; o < 3; ++o) CHECK(moments.error(fitted.col(o), o) < 1e-8);
}

TEST_CASE("a ridge keeps weights near what they were", "[prune]") {
  const Eigen::MatrixXd truth = random_weights(6, 1, 4);
  const Eigen::MatrixXd before = random_weights(6, 1, 5);
  const InputMoments moments = moments_of(truth, 200, 0, 6);
  double distance = 0;
  for (const double ridge : {1e-3, 1e-1, 10.0, 1e4}) {
    const double now = (fit_weights(moments, before, ridge) - truth).norm();
    CHECK(now > distance);
    distance = now;
  }
  const Eigen::MatrixXd held = fit_weights(moments, before, 1e9);
  CHECK((held - before).topRows(5).cwiseAbs().maxCoeff() < 1e-3);
}

TEST_CASE("a fit is taken where the samples held out bear it out, output by output", "[prune]") {
  const Eigen::MatrixXd truth = random_weights(9, 2, 7);
  Eigen::MatrixXd before = truth;
  before.col(0) += 0.3 * random_weights(9, 1, 8);
  // As few rows as weights: the fit follows the noise. The first output's weights are wrong, and gain all the
  // same; the second's are right, and stay.
  const LayerMoments fit = {moments_of(truth, 10, 0.05, 9)};
  const LayerMoments held_out = {moments_of(truth, 5000, 0.05, 10)};
  const LayerColumns fitted = fit_layer(fit, held_out, {before});
  CHECK(held_out[0].error(fitted[0].col(0), 0) < 0.5 * held_out[0].error(before.col(0), 0));
  CHECK(fitted[0].col(1) == before.col(1));
}

}  // namespace burin::test
