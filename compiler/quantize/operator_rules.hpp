// What quantization asks of an operator's tensors, after TensorFlow Lite's specifications for int8, and for
// int16 with int8 weights.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

// What a node computes in.
enum class Precision : uint8_t {
  f32,
  s8,
  s16,     // with int8 weights
  hybrid,  // float32 with int8 weights
};
std::string_view name_of(Precision precision);
inline bool is_integer(Precision precision) {
  return precision == Precision::s8 || precision == Precision::s16;
}
// Of the values between nodes.
DType activation_type(Precision precision);

// The quantization of an integer result that the format fixes: of softmax, logistic, tanh, l2_normalization
// and log_softmax; of int16 only of the first three.
std::optional<Quantization> fixed_output_quantization(Op op, Precision precision);

// True where inputs and outputs have to have one quantization.
bool keeps_quantization(Op op);

// The axis of the output channels in the weights of convolutions, fully connected layers and transposed
// convolutions; nothing for other operators.
std::optional<int32_t> weights_axis(Op op);

// An int8 quantization for values in [lowest, highest], which is widened to contain 0: 0 is one of the values
// that it stands for exactly.
Quantization int8_quantization(float lowest, float highest);
// The same for int16, which is symmetric around 0. For hybrid and float32 there is none.
Quantization quantization_of_range(float lowest, float highest, Precision precision);

// True where the operator takes its float32 operands in that precision, by its own constraints. Nothing else
// is looked at but types and attributes. Only operators with weights can be hybrid.
bool takes(const NodeView& view, Precision precision);

}  // namespace burin
