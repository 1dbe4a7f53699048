// Label-free distillation: a network learns to compute what another one computes, on inputs alone.
#pragma once

#include <cstdint>
#include <functional>

#include "ir/graph.hpp"
#include "quantize/batch.hpp"
#include "support/result.hpp"

namespace burin {

struct DistillOptions {
  int32_t epochs = 30;
  uint64_t seed = 1;
  // Adam's step at the start, as a share of the root mean square of a tensor's weights; it falls to zero
  // along half a cosine, and is halved where the held-out error leaps up.
  double step = 0.005;
  int32_t batch = 32;
  // Called after each epoch with the share of all epochs that is done, and the held-out error relative to the
  // start's.
  std::function<void(double done, double error)> progress{};
};

struct Distilled {
  Graph graph{};
  // Relative errors of the judged tensors on the samples held out (prune/likeness.hpp).
  double error_before = 0;
  double error = 0;
  int32_t epochs = 0;  // that were run
};

// What stands in the way of distilling into a graph, or into any that differs only in its shapes: E0402 where
// an operator between weights and outputs has no derivative here, or the network keeps state; E0204 where
// there are no samples.
Diagnostics distillation_obstacles(const Graph& student, const SampleValues& samples);

// Trains weights and biases of `student` with Adam (D. Kingma and J. Ba, "Adam: a method for stochastic
// optimization", 2015) on the squared difference of the judged tensors. Every fourth sample is held out; the
// result is what has the least error there, so that it is never worse than what was given. Ends early where
// the error no longer falls. The same seed gives the same weights. Fails with the obstacles.
Result<Distilled> distill(const Graph& teacher, const Graph& student, const SampleValues& samples,
                          const DistillOptions& options);

}  // namespace burin
