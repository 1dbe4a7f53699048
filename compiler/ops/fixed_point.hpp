// Functions of real numbers in gemmlowp's fixed point, the way TensorFlow Lite's reference kernels evaluate
// them: each polynomial, iteration and rounding is part of the definition of softmax, logistic and tanh on
// int8.
//
// A raw int32 with k integer bits, "Qk", stands for raw / 2^(31 - k).
#pragma once

#include <cstdint>

namespace burin {

// exp(x) in Q0 for x <= 0 in Qk, k <= 5. exp(0) is INT32_MAX.
int32_t exp_of_negative(int32_t x, int integer_bits);
// 1 / (1 + x) in Q0 for x in [0, 1) in Q0.
int32_t reciprocal_of_one_plus(int32_t x);
// 1 / (1 + exp(-x)) in Q0 for any x in Qk, k <= 5.
int32_t logistic(int32_t x, int integer_bits);
// tanh(x) in Q0 for any x in Qk, k <= 4.
int32_t hyperbolic_tangent(int32_t x, int integer_bits);

// log(x) in Q5 for x >= 1 in Q12.
int32_t log_of_at_least_one(int32_t x);

// 1 / x for x > 0 in Qk: `mantissa` / 2^31 / 2^exponent, mantissa / 2^31 in (1/2, 1].
struct Reciprocal {
  int32_t mantissa;
  int exponent;
};
Reciprocal reciprocal(int32_t x, int integer_bits);

// 1 / sqrt(x) for x > 0: multiplier * 2^(shift - 31). Of 0 it is that of 1: TensorFlow Lite's
// GetInvSqrtQuantizedMultiplierExp.
struct InverseSquareRoot {
  int32_t multiplier;
  int shift;
};
InverseSquareRoot inverse_square_root(int32_t x);

// The largest integer whose multiple, shifted to the left by `left_shift`, stays below 2^integer_bits - 1 in
// Q(integer_bits): TensorFlow Lite's CalculateInputRadius. INT32_MAX where there is none.
int32_t input_radius(int integer_bits, int left_shift);

}  // namespace burin
