// What a least-squares fit of a layer has to know of its data: second moments of what its outputs are sums
// of, and of these with the outputs that are wanted.
#pragma once

#include <Eigen/Dense>
#include <cstdint>
#include <span>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/float_executor.hpp"

namespace burin {

// Sums over rows, in the terms of one row `a` of inputs with a 1 behind it for the bias, and of the wanted
// outputs `t` of that row.
struct InputMoments {
  Eigen::MatrixXd inputs;   // Σ a aᵀ
  Eigen::MatrixXd targets;  // Σ a tᵀ
  Eigen::VectorXd squares;  // Σ t², by output
  double rows = 0;

  InputMoments() = default;
  InputMoments(int64_t length, int64_t outputs);
  void add(const InputMoments& other);
  // Σ (wᵀa − t)² for the weights of one output, the bias last.
  double error(const Eigen::VectorXd& weights, int64_t output) const;
};

// The moments of one layer, which may do its sums in several groups: a depthwise layer has one for every
// channel of its input, others have one.
using LayerMoments = std::vector<InputMoments>;

// The weights of a layer as columns, one an output, with the bias in the last row: [length + 1, outputs].
using LayerColumns = std::vector<Eigen::MatrixXd>;  // by group
LayerColumns layer_weights(const NodeView& view);
// Puts weights and bias back into the graph; a bias is added where there was none and it is not all zeros.
void set_layer_weights(Graph& graph, size_t node, const LayerColumns& weights);

// Nodes whose weights can be fitted: sums_over_channels() or is_depthwise_layer(), in order.
std::vector<size_t> fitted_nodes(const Graph& graph);

// The student computes what the teacher does with fewer channels; node i of both is the same operator, and
// channels[i] says which of the teacher's channels of node i's first output the student still has.
struct Pair {
  const Graph& teacher;
  const Graph& student;
  const std::vector<std::vector<int32_t>>& channels;
};

// InputMoments of the layers `nodes` (indices) over samples [first, last): inputs as the student has them,
// targets as the teacher has them. At most about `most_rows` rows of each layer are looked at, evenly spread.
// The result does not depend on the number of threads.
std::vector<LayerMoments> layer_moments(const Pair& pair, std::span<const size_t> nodes,
                                        const SampleValues& samples, size_t first, size_t last,
                                        int64_t most_rows);

}  // namespace burin
