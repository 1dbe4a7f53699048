// What it costs a network to lose channels, before they are removed. Only files of this folder include this
// header: it needs Eigen.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "prune/layer_moments.hpp"

namespace burin {

// By node of `nodes`: what a unit of squared error of its first output counts at the judged tensors, as a
// share of their energy. Measured with noise that is added there, on the first `count` samples.
std::map<size_t, double> sensitivities(const Graph& graph, std::span<const TensorId> judged,
                                       std::span<const size_t> nodes, const SampleValues& samples,
                                       size_t count);

// What the weights of a layer still explain without some of its inputs: the optimal brain surgeon's formula
// for several weights at once (B. Hassibi and D. Stork, "Second order derivatives for network pruning",
// 1993).
class SurgeonScores {
 public:
  // Of a layer that sums over channels.
  SurgeonScores(const NodeView& view, const InputMoments& moments);

  // The squared error of all outputs, per row, that is added once these channels of the input are gone and
  // the other weights have been fitted again.
  double error_without(const std::vector<int32_t>& channels) const;
  // Fits the rest again without these channels, so that the errors of others are those that come on top.
  void eliminate(const std::vector<int32_t>& channels);
  // As columns, as layer_weights() gives them, of the inputs that are left.
  Eigen::MatrixXd weights() const { return weights_(rows_left_, Eigen::all); }

 private:
  std::vector<Eigen::Index> columns_of(const std::vector<int32_t>& channels) const;

  int64_t channels_;
  double rows_;
  Eigen::MatrixXd weights_;              // [length + 1, outputs]
  Eigen::MatrixXd inverse_;              // of the second moments
  std::vector<Eigen::Index> rows_left_;  // of weights_
};

}  // namespace burin
