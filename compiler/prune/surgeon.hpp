// The optimal brain surgeon for single weights of one output. Only files of this folder include this header:
// it needs Eigen.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <vector>

namespace burin {

// The order in which weights go, and what each adds to the squared error, those before it gone and the rest
// fitted again.
struct Elimination {
  std::vector<Eigen::Index> order{};
  std::vector<double> errors{};  // they do not fall
};

// Of the weights w of one output, the bias last, which stays. `inverse` is of the second moments of the
// inputs with a 1 behind them. Outputs of more than 1024 inputs are ordered by their first errors alone,
// which takes the square of their number instead of its cube.
Elimination eliminate_weights(const Eigen::VectorXd& weights, const Eigen::MatrixXd& inverse);

// What remains of w where all but the weights `kept` are 0 (the bias is among them, as index
// `weights.size() - 1`), so that Σ ((v − w)ᵀa)² is least; `moments` are Σ a aᵀ.
Eigen::VectorXd fit_kept_weights(const Eigen::VectorXd& weights, const std::vector<Eigen::Index>& kept,
                                 const Eigen::MatrixXd& moments);

}  // namespace burin
