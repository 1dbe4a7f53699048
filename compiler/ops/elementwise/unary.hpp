// Operators that apply one function to every element.
#pragma once

#include <functional>

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"

namespace burin {

class UnaryOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.elementwise = true, .linear_time = true}; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  // The input's shape, the declared type.
  std::vector<TensorType> infer(const NodeView& view) const override;
  void evaluate(const Evaluation& evaluation) const override;

 protected:
  using IntegerFunction = std::function<int64_t(int64_t)>;
  using RealFunction = std::function<float(float)>;
  // On quantized numbers as they are stored; the result is saturated to the output's type.
  virtual IntegerFunction integer_function(const NodeView& view, Rounding rounding) const = 0;
  virtual RealFunction real_function(const NodeView& view) const = 0;
};

// Input and output both int8 (or both uint8) and quantized per tensor, or both float32.
bool is_unary_type(const NodeView& view);
// The same, or both int16 with zero points 0.
bool is_wide_unary_type(const NodeView& view);
inline constexpr std::string_view wide_unary_type_sentence =
    "input and output are both int8, uint8, int16 or float32, integers quantized per tensor, int16 with zero "
    "points 0";
inline constexpr std::string_view unary_type_sentence =
    "input and output are both int8, uint8 or float32, integers quantized per tensor";

// factor * (x - input zero point) + output zero point by a fixed-point multiplier, not saturated; a negative
// factor is its magnitude's result, negated.
std::function<int64_t(int64_t)> rescaling(const NodeView& view, double factor, Rounding rounding);

// A function with one slope below zero and one above, and a clamp: RELU and its like.
struct SlopedFunction {
  int32_t input_zero;
  int32_t output_zero;
  FixedPointMultiplier positive;
  FixedPointMultiplier negative;  // its magnitude
  int32_t negative_sign;
  ClampRange range;

  int64_t operator()(int64_t x, Rounding rounding) const;
};

}  // namespace burin
