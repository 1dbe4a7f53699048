// What MINIMUM and MAXIMUM share. Quantized numbers are compared as they are stored, as TensorFlow Lite's
// reference does; converters give both operands and the output one quantization.
#pragma once

#include "ops/elementwise/binary.hpp"
#include "ops/operator.hpp"

namespace burin {

class ExtremumOperator : public BinaryOperator {
 public:
  explicit ExtremumOperator(bool greater) : greater_(greater) {}
  std::span<const Constraint> constraints() const override;
  OperatorTraits traits() const override {
    return {.elementwise = true, .monotone_in_each = true, .linear_time = true};
  }
  void evaluate(const Evaluation& evaluation) const override;

 private:
  bool greater_;
};

}  // namespace burin
