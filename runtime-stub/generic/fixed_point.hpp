// Functions of fractions of 2^31, the way gemmlowp evaluates them, over any primitive layer.
#pragma once

#include <stdint.h>

namespace burin_kernels {

template <class Isa>
struct FixedPoint {
  // value * 2^shift, saturating.
  static int32_t shift_left(int32_t value, int32_t shift) {
    const int32_t limit = INT32_MAX >> shift;
    if (value > limit) return INT32_MAX;
    if (value < -limit) return INT32_MIN;
    return static_cast<int32_t>(static_cast<uint32_t>(value) << shift);
  }

  // Zeros above the highest one of a positive number.
  static int32_t headroom(int32_t value) {
    int32_t zeros = 0;
    for (uint32_t rest = static_cast<uint32_t>(value); rest < 0x80000000u; rest <<= 1) ++zeros;
    return zeros;
  }

  // 1 / (1 + x); three steps of Newton's iteration from 48/17 - 32/17 * (1 + x) / 2, with two integer bits.
  static int32_t reciprocal_of_one_plus(int32_t x) {
    const int32_t half_denominator = static_cast<int32_t>((static_cast<uint32_t>(x) + 0x80000000u) >> 1);
    int32_t estimate = 1515870810 + Isa::doubling_high_multiply(half_denominator, -1010580540);
    for (int32_t step = 0; step < 3; ++step) {
      const int32_t error = 536870912 - Isa::doubling_high_multiply(half_denominator, estimate);
      estimate += shift_left(Isa::doubling_high_multiply(estimate, error), 2);
    }
    return shift_left(estimate, 1);
  }

  // log(x) in units of 2^-26 for x >= 1 in units of 2^-19: the nearer of two powers of two times r, and a
  // rational function of r about 2^(-1/4).
  static int32_t log(int32_t x) {
    const int32_t sqrt_half = 1518500250;
    const int32_t center = 1805811301;
    const int32_t quarter = 8388608;  // in units of 2^-25, as are the powers
    const int32_t headroom_a = headroom(x) - 1;
    const int32_t r_a = shift_left(product(shift_left(x, headroom_a), sqrt_half), 1);
    const int32_t power_a = (11 - headroom_a) * 33554432 + quarter;
    const int32_t headroom_b = headroom(product(x, sqrt_half)) - 1;
    const int32_t r_b = shift_left(x, headroom_b);
    const int32_t power_b = (12 - headroom_b) * 33554432 - quarter;
    const int32_t r = Isa::minimum(r_a, r_b);
    const int32_t power = Isa::maximum(power_a, power_b);
    const int32_t p =
        static_cast<int32_t>((static_cast<uint32_t>(r) + static_cast<uint32_t>(center) + 1u) >> 1);
    const int32_t q = 2 * (r - center);
    const int32_t square = product(q, q);
    const int32_t numerator = product(q, r) + product(product(q, square), 117049297);
    const int32_t denominator =
        product(p, 1057819769 + q + product(127690142, square)) + product(638450708, q);
    const int32_t rest = product(Isa::rounding_divide(numerator, 6), reciprocal_of_one_plus(denominator));
    return shift_left(product(power, 1488522236) + rest, 1);
  }

 private:
  static int32_t product(int32_t a, int32_t b) { return Isa::doubling_high_multiply(a, b); }
};

}  // namespace burin_kernels
