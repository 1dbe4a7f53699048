// Fitting the weights of layers by least squares, as far as samples that the fit has not seen bear it out.
#pragma once

#include <vector>

#include "prune/layer_moments.hpp"

namespace burin {

// The weights w that make Σ (wᵀa − t)² + ridge · mean(diagonal of Σ a aᵀ) · |w − before|² least, for all
// outputs of one group; the bias is free of the second term.
Eigen::MatrixXd fit_weights(const InputMoments& moments, const Eigen::MatrixXd& before, double ridge);

// The weights of one layer, fitted on `fit` with the ridge that leaves the least error on `held_out`, by
// output: some outputs may keep what they had. `on_all`: the final weights are fitted on both with that
// ridge.
LayerColumns fit_layer(const LayerMoments& fit, const LayerMoments& held_out, const LayerColumns& before,
                       bool on_all = true);

// Fits the layers of the student from the first to the last, each to the inputs that those before it give by
// then, so that it computes what the teacher computes there.
void refit(const Graph& teacher, Graph& student, const std::vector<std::vector<int32_t>>& channels,
           const SampleValues& fit, const SampleValues& held_out, int64_t most_rows, bool on_all);

}  // namespace burin
