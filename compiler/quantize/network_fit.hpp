// Quantizing a network layer by layer on data: each layer's weights are fitted to the inputs that the layers
// before it, already quantized, give it.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "quantize/assignment.hpp"
#include "quantize/batch.hpp"

namespace burin {

// The integers of a layer with weights.
struct LayerWeights {
  std::vector<int8_t> integers{};  // in the layout of the weights
  std::vector<float> scales{};     // by output channel
  std::vector<float> bias{};       // real
  bool operator==(const LayerWeights&) const = default;
};

// How many integers, scales and biases a node's layer has.
struct LayerSizes {
  size_t weights = 0;
  size_t outputs = 0;
};
LayerSizes layer_sizes(const NodeView& view);

// Which of the passes that take data are on.
struct FitPasses {
  bool bias_correction = true;
  bool error_feedback = true;
  bool refit = true;
  bool per_tensor_fully_connected = false;
};

// How near a layer's output comes to the float network's.
struct LayerError {
  size_t node = 0;
  double own = 0;          // squared error over energy, of this layer alone on float inputs
  double accumulated = 0;  // in the quantized network
  double saturated = 0;    // share of the output's elements that lie outside of its range
};

struct NetworkFit {
  std::map<size_t, LayerWeights> layers{};  // by node
  // Squared error over energy of the judged tensors, their mean.
  double error_fit = 0;
  double error_held_out = 0;
  double error_unseen = 0;           // as error_held_out where there are no such samples
  std::vector<LayerError> report{};  // by node that is quantized, where it was asked for
  // The share of samples whose first judged tensor has its largest element where the float network has it;
  // of the samples that the report is about: the unseen ones, else those held out.
  double agreement = 0;
};

struct FitInput {
  const Graph& graph;  // float
  const Assignment& assignment;
  const std::vector<Quantization>& classes;  // by class of the assignment
  const std::vector<TensorId>& judged;
  const SampleValues& fit;
  const SampleValues& held_out;          // decides; may be empty
  const SampleValues* unseen = nullptr;  // decides nothing: what the result is measured on, where it is given
};

// The graph has no state.
NetworkFit fit_network(const FitInput& input, const FitPasses& passes, bool report);

// The same without data, for graphs that have.
std::map<size_t, LayerWeights> round_network(const Graph& graph, const Assignment& assignment,
                                             const std::vector<Quantization>& classes,
                                             const FitPasses& passes);

// Evenly spaced samples, at most so many.
SampleValues some_of(const SampleValues& samples, size_t most);

}  // namespace burin
