#include "ops/fixed_point.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "ops/numerics.hpp"
#include "support/check.hpp"

namespace burin {
namespace {

constexpr int32_t one = std::numeric_limits<int32_t>::max();  // 1 in Q0, as nearly as it can be

// value * 2^exponent, saturating; that is how gemmlowp takes a number to fewer integer bits.
int32_t shift_left_saturating(int32_t value, int exponent) {
  const int64_t shifted = static_cast<int64_t>(value) * (int64_t{1} << exponent);
  return static_cast<int32_t>(std::clamp<int64_t>(shifted, std::numeric_limits<int32_t>::min(), one));
}

// Taylor's series about -1/8, for x in [-1/4, 0) in Q0.
int32_t exp_near_zero(int32_t x) {
  constexpr int32_t exp_of_minus_eighth = 1895147668;
  constexpr int32_t third = 715827883;
  const int32_t y = x + (1 << 28);
  const int32_t y2 = doubling_high_multiply(y, y);
  const int32_t y3 = doubling_high_multiply(y2, y);
  const int32_t y4 = doubling_high_multiply(y2, y2);
  const int32_t higher = doubling_high_multiply(divide_by_power_of_two(y4, 2) + y3, third) + y2;
  const int32_t terms = y + divide_by_power_of_two(higher, 1);
  return exp_of_minus_eighth + doubling_high_multiply(exp_of_minus_eighth, terms);
}

// 2 / (1 + x) in Q2, by three steps of Newton and Raphson's division from 48/17 - 32/17 d.
int32_t newton_reciprocal(int32_t x) {
  constexpr int32_t start = 1515870810;
  constexpr int32_t slope = -1010580540;
  const auto half_denominator = static_cast<int32_t>((static_cast<int64_t>(x) + one + 1) / 2);
  int32_t estimate = start + doubling_high_multiply(half_denominator, slope);
  for (int step = 0; step < 3; ++step) {
    const int32_t error = (1 << 29) - doubling_high_multiply(half_denominator, estimate);
    estimate += shift_left_saturating(doubling_high_multiply(estimate, error), 2);
  }
  return estimate;
}

}  // namespace

int32_t exp_of_negative(int32_t x, int integer_bits) {
  if (x == 0) return one;
  const int fraction_bits = 31 - integer_bits;
  const int32_t quarter = 1 << (fraction_bits - 2);
  const int32_t near_zero = (x & (quarter - 1)) - quarter;
  int32_t result = exp_near_zero(shift_left_saturating(near_zero, integer_bits));
  const int32_t rest = near_zero - x;
  // exp(-2^e), e = -2, -1, …, for each bit of the rest.
  constexpr int32_t factors[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  int exponent = -2;
  for (const int32_t factor : factors) {
    if (integer_bits > exponent && (rest & (1 << (fraction_bits + exponent))) != 0)
      result = doubling_high_multiply(result, factor);
    ++exponent;
  }
  return result;
}

int32_t reciprocal_of_one_plus(int32_t x) {
  return shift_left_saturating(newton_reciprocal(x), 1);
}

int32_t logistic(int32_t x, int integer_bits) {
  if (x == 0) return 1 << 30;
  const int32_t of_magnitude = reciprocal_of_one_plus(exp_of_negative(x > 0 ? -x : x, integer_bits));
  return x > 0 ? of_magnitude : one - of_magnitude;
}

int32_t hyperbolic_tangent(int32_t x, int integer_bits) {
  if (x == 0) return 0;
  // (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = exp(-2|x|), the factor 2 being one more integer bit.
  const int32_t exponential = exp_of_negative(x > 0 ? -x : x, integer_bits + 1);
  const int32_t of_magnitude = shift_left_saturating(newton_reciprocal(exponential) - (1 << 29), 2);
  return x > 0 ? of_magnitude : -of_magnitude;
}

int32_t log_of_at_least_one(int32_t x) {
  // x = 2^n r with r near 2^(-1/4): of two ways to take the power out, the one with the smaller r. Powers and
  // the sum are in Q6, for an exponent of up to 12 times log(2) has to fit.
  constexpr int input_bits = 12;
  constexpr int sum_bits = 6;
  constexpr int32_t log_2 = 1488522236;
  constexpr int32_t sqrt_half = 1518500250;
  constexpr int32_t center = 1805811301;
  constexpr int32_t quarter = 1 << (29 - sum_bits);
  const auto power_of_two = [](int exponent) { return shift_left_saturating(exponent, 31 - sum_bits); };
  const int headroom_a = std::countl_zero(static_cast<uint32_t>(x)) - 1;
  const int32_t r_a =
      shift_left_saturating(doubling_high_multiply(shift_left_saturating(x, headroom_a), sqrt_half), 1);
  const int32_t power_a = power_of_two(input_bits - headroom_a - 1) + quarter;
  const int headroom_b = std::countl_zero(static_cast<uint32_t>(doubling_high_multiply(x, sqrt_half))) - 1;
  const int32_t r_b = shift_left_saturating(x, headroom_b);
  const int32_t power_b = power_of_two(input_bits - headroom_b) - quarter;
  const int32_t r = std::min(r_a, r_b);
  const int32_t power = std::max(power_a, power_b);

  const auto p = static_cast<int32_t>((static_cast<int64_t>(r) + center + 1) / 2);
  const int32_t q = 2 * (r - center);
  const int32_t square = doubling_high_multiply(q, q);
  const int32_t numerator =
      doubling_high_multiply(q, r) + doubling_high_multiply(doubling_high_multiply(q, square), 117049297);
  const int32_t denominator_minus_one =
      doubling_high_multiply(p, 1057819769 + q + doubling_high_multiply(127690142, square)) +
      doubling_high_multiply(638450708, q);
  const int32_t rest = doubling_high_multiply(divide_by_power_of_two(numerator, sum_bits),
                                              reciprocal_of_one_plus(denominator_minus_one));
  return shift_left_saturating(doubling_high_multiply(power, log_2) + rest, 1);
}

Reciprocal reciprocal(int32_t x, int integer_bits) {
  BURIN_CHECK(x > 0, "the reciprocal of a number that is not positive");
  const int headroom = std::countl_zero(static_cast<uint32_t>(x));
  const uint32_t fraction = (static_cast<uint32_t>(x) << headroom) - (uint32_t{1} << 31);
  return {reciprocal_of_one_plus(static_cast<int32_t>(fraction)), integer_bits - headroom};
}

InverseSquareRoot inverse_square_root(int32_t x) {
  if (x <= 1) return {one, 0};
  int right_shift = 11;
  while (x >= 1 << 29) {
    x /= 4;
    ++right_shift;
  }
  // To [2^27, 2^29), by an even number of places.
  const int pairs = (std::countl_zero(static_cast<uint32_t>(x)) - 1) / 2 - 1;
  right_shift -= pairs;
  x <<= 2 * pairs;
  // Five steps of Newton and Raphson from 1, y (3 - x y^2) / 2, in Q3.
  const int32_t half = divide_by_power_of_two(x >> 1, 1);
  constexpr int32_t three_halves = (1 << 28) + (1 << 27);
  constexpr int32_t sqrt_half = 1518500250;
  int32_t y = 1 << 28;
  for (int step = 0; step < 5; ++step) {
    const int32_t cube = shift_left_saturating(doubling_high_multiply(doubling_high_multiply(y, y), y), 6);
    y = shift_left_saturating(doubling_high_multiply(three_halves, y) - doubling_high_multiply(half, cube),
                              3);
  }
  y = doubling_high_multiply(y, sqrt_half);
  if (right_shift < 0) {
    y <<= -right_shift;
    right_shift = 0;
  }
  return {y, -right_shift};
}

int32_t input_radius(int integer_bits, int left_shift) {
  const double highest = static_cast<double>((1 << integer_bits) - 1);
  const double radius = std::floor(std::ldexp(highest, 31 - integer_bits - left_shift));
  return static_cast<int32_t>(std::min<double>(radius, std::numeric_limits<int32_t>::max()));
}

}  // namespace burin
