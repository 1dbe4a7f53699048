// RELU, RELU6 and RELU_N1_TO_1: the activations that are usually fused, as operators of their own.
#pragma once

#include "ir/op.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

class Rectifier : public UnaryOperator {
 public:
  explicit Rectifier(Activation activation) : activation_(activation) {}
  std::span<const Constraint> constraints() const override;

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override;
  RealFunction real_function(const NodeView& view) const override;

 private:
  Activation activation_;
};

SlopedFunction rectification(const NodeView& view, Activation activation, Rounding rounding);

}  // namespace burin
