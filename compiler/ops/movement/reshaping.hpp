// Operators that leave the elements and their order alone and only name the dimensions anew. The new shape is
// the output tensor's: TensorFlow Lite's shapes are static, so that an operand which says the same again is
// dropped when the model is read.
#pragma once

#include "ops/operator.hpp"

namespace burin {

class ReshapingOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.reshapes = true, .monotone = true, .linear_time = true}; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  void evaluate(const Evaluation& evaluation) const override;
};

// Same number of elements, same type. The quantization may differ: the bytes are kept, whatever they mean.
bool keeps_elements(const NodeView& view);
inline constexpr std::string_view keeps_elements_sentence =
    "input and output have as many elements, of the same type";

}  // namespace burin
