// Helpers for samplers: random tensors that are valid and not degenerate.
#pragma once

#include "ir/edit.hpp"
#include "support/random.hpp"

namespace burin {

// A scale and zero point as converters give them.
Quantization sample_quantization(Random& random, DType dtype);
// Adds a tensor without a value.
TensorId sample_tensor(Graph& graph, Random& random, const char* name, DType dtype, Shape shape);
// Adds int8 weights, symmetric, per channel along `axis` or per tensor (axis < 0).
TensorId sample_weights(Graph& graph, Random& random, Shape shape, int32_t axis);
// Adds an int32 bias whose scale fits input and weights.
TensorId sample_bias(Graph& graph, Random& random, TensorId input, TensorId weights, int32_t channels);
// Gives `output` a scale that spreads the accumulators of `terms` products over the output's range, a little
// more or less.
void fit_output_scale(Graph& graph, Random& random, TensorId input, TensorId weights, TensorId output,
                      int64_t terms);
Activation sample_activation(Random& random);
// Makes an int32 bias one of 64 bits.
void widen_bias(Tensor& bias);
// Turns an int8 graph of one node with weights into one of the other types that such operators take, or not:
// float32, float32 with int8 weights, uint8, int8 weights with a zero point.
void vary_weighted_types(Graph& graph, Random& random);
// A constant of random bytes over the whole range of the type.
Constant sample_constant(Random& random, const TensorType& type);
// Gives the first output of the first node the type that its operator infers.
void infer_output(Graph& graph);
// Adds the one node of a sample, gives its output the inferred type, and makes that the graph's output.
void add_sample_node(Graph& graph, Op op, std::vector<TensorId> inputs, TensorId output,
                     Attributes attributes);

}  // namespace burin
