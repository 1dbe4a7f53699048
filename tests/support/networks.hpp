// Float networks, written node by node.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/batch.hpp"
#include "support/random.hpp"

namespace burin::test {

// Tensors are named after what makes them. Weights and biases are random, of a size that keeps values about
// as large as they were.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(uint64_t seed) : random_(seed) {}

  TensorId input(const std::string& name, Shape shape);
  TensorId constant(const std::string& name, Shape shape, std::vector<float> values);
  // SAME padding.
  TensorId convolution(const std::string& name, TensorId from, int32_t channels, int32_t window,
                       Activation activation = Activation::relu);
  TensorId depthwise(const std::string& name, TensorId from, int32_t multiplier, int32_t window,
                     Activation activation = Activation::relu);
  TensorId dense(const std::string& name, TensorId from, int32_t outputs,
                 Activation activation = Activation::none);
  TensorId add(const std::string& name, TensorId a, TensorId b);
  TensorId concatenate(const std::string& name, const std::vector<TensorId>& parts, int32_t axis);
  TensorId reshape(const std::string& name, TensorId from, Shape shape);
  // One average of the whole image.
  TensorId average(const std::string& name, TensorId from);
  TensorId softmax(const std::string& name, TensorId from);
  // Any operator with one output.
  TensorId node(Op op, const std::string& name, std::vector<TensorId> inputs, Shape shape,
                Attributes attributes, Activation activation = Activation::none);

  // Checks that it is valid.
  Graph finish(const std::vector<TensorId>& outputs);

 private:
  TensorId tensor(const std::string& name, Shape shape);
  TensorId weights(const std::string& name, Shape shape, int64_t fan_in);
  Random random_;
  Graph graph_;
};

// Random float32 values from -1 to 1 for every input; sums of neighbors, so that they are like a signal.
SampleValues smooth_samples(const Graph& graph, Random& random, size_t count);

// All outputs of the evaluator for one sample, one after the other. Outputs are float32.
std::vector<float> evaluated_outputs(const Graph& graph, const SampleValues& samples, size_t sample);

}  // namespace burin::test
