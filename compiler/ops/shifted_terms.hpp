// int8 sums of any number of terms, as the reference kernels of ADD_N and CUMSUM make them: each term is
// shifted to the left by 19 bits, and the sum is requantized once.
#pragma once

#include <cstdint>

#include "ops/operator.hpp"

namespace burin {

class ShiftedTerms {
 public:
  // Input 0 and the output are int8, quantized per tensor.
  explicit ShiftedTerms(const NodeView& view);

  // Whether the factor of sums is one that the arithmetic is defined for.
  bool sound() const { return factor_.shift <= 0; }
  // What is added for an element.
  int32_t term(int64_t element) const;
  // What a sum starts with. The reference means to start with nothing and starts with the term of 0.
  int32_t start() const { return term(0); }
  // The element that a sum gives.
  int64_t result(int32_t sum, Rounding rounding) const;

  int32_t input_zero_point() const { return input_zero_point_; }
  int32_t output_zero_point() const { return output_zero_point_; }
  const FixedPointMultiplier& factor() const { return factor_; }

 private:
  int32_t input_zero_point_;
  int32_t output_zero_point_;
  FixedPointMultiplier factor_;
};

}  // namespace burin
