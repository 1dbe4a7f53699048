// What int8 quantization asks of an operator's tensors, after TensorFlow Lite's specification for int8.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

// The quantisation of an int8 result that the format fixes: of softmax, logistic, tanh, l2_normalization and
// log_softmax.
std::optional<Quantization> fixed_output_quantization(Op op);

// True where inputs and outputs have to have one quantisation.
bool keeps_quantization(Op op);

// The axis of the output channels in the weights of convolutions, fully connected layers and transposed
// convolutions; nothing for other operators.
std::optional<int32_t> weights_axis(Op op);

// An int8 quantisation for values in [lowest, highest], which is widened to contain 0: 0 is one of the values
// that it stands for exactly.
Quantization int8_quantization(float lowest, float highest);

// True where the operator takes its float32 operands as int8, by its own constraints. Nothing else is looked
// at but types and attributes.
bool takes_int8(const NodeView& view);

}  // namespace burin
