// What LOGISTIC and TANH share. On int8 both are gemmlowp's fixed-point functions of an argument with four
// integer bits; on int16, straight lines between tabulated values.
#pragma once

#include <cmath>

#include "ops/elementwise/sigmoid_s16.hpp"
#include "ops/elementwise/unary.hpp"
#include "ops/fixed_point.hpp"
#include "ops/operator.hpp"

namespace burin {

class SigmoidalOperator : public UnaryOperator {
 public:
  // The outputs' ranges are fixed: -1 to 1 for TANH, 0 to 1 for LOGISTIC.
  explicit SigmoidalOperator(bool is_tanh) : is_tanh_(is_tanh) {}
  std::span<const Constraint> constraints() const override;

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override;
  RealFunction real_function(const NodeView& view) const override;

 private:
  bool is_tanh_;
};

}  // namespace burin

namespace burin::sigmoidal {

// integer bits of the argument of an int8 function
inline bool is_tanh(const NodeView& view) {
  return view.node.op == Op::tanh;
}

// argument = (x * multiplier + half) >> shift, in units of 1/12288.
struct ArgumentFactor {
  int32_t multiplier;
  int32_t shift;
};

// Input scales of 2^-12 (for TANH also 2^-11), within a thousandth of the exponent, need no rounding.
// Otherwise the factor keeps 15 bits, the rest cut off.
inline ArgumentFactor argument_factor(const NodeView& view) {
  const float scale = view.input(0).quantization.scale();
  const float exponent = std::log(scale) * (1.0f / std::log(2.0f));
  const float nearest = std::round(exponent);
  const int32_t left = static_cast<int32_t>(nearest) + 12;
  if (std::abs(exponent - nearest) < 1e-3f && (left == 0 || (left == 1 && is_tanh(view))))
    return {3 << left, 0};
  double multiplier = static_cast<double>(scale) * 12288;
  int32_t shift = 0;
  while (multiplier <= 32767.0 / 2 && shift <= 30) {
    multiplier *= 2;
    ++shift;
  }
  return {static_cast<int32_t>(multiplier), shift};
}

}  // namespace burin::sigmoidal
