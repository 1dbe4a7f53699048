// Fixed-point arithmetic against gemmlowp's definition for each width of integer, at the ends of its
// operands.
#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "generic/primitives.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

// The definition, in the type whose bits its intermediate values are cut to: a mask of what is shifted out, a
// remainder, and half of the mask to compare with, one more where the value is negative.
template <class Integer>
int32_t divided(int32_t value, int exponent) {
  const auto x = static_cast<Integer>(value);
  const auto mask = static_cast<Integer>((int64_t{1} << exponent) - 1);
  const auto remainder = static_cast<Integer>(x & mask);
  const auto threshold = static_cast<Integer>((mask >> 1) + (x < 0 ? 1 : 0));
  return static_cast<Integer>((int32_t{x} >> exponent) + (remainder > threshold ? 1 : 0));
}

// The product's double, its high half rounded: the sum of product and nudge, divided towards zero.
int32_t high_product(int32_t a, int32_t b) {
  if (a == b && a == std::numeric_limits<int32_t>::min()) return std::numeric_limits<int32_t>::max();
  const int64_t product = int64_t{a} * b;
  const int64_t nudge = product >= 0 ? int64_t{1} << 30 : 1 - (int64_t{1} << 30);
  return static_cast<int32_t>((product + nudge) / (int64_t{1} << 31));
}

// The ends of the type, zero, powers of two, halves between multiples of them, and the neighbors of all.
template <class Integer>
std::vector<int32_t> ends() {
  using Limits = std::numeric_limits<Integer>;
  std::vector<int32_t> values;
  const auto add = [&](int64_t value) {
    for (const int64_t x : {value - 1, value, value + 1})
      if (x >= Limits::min() && x <= Limits::max()) values.push_back(static_cast<int32_t>(x));
  };
  for (const int64_t end : {int64_t{Limits::min()}, int64_t{0}, int64_t{Limits::max()}}) add(end);
  for (int bit = 1; bit < Limits::digits; ++bit)
    for (const int64_t odd : {1, 3, 5})
      for (const int64_t sign : {-1, 1}) add(sign * odd * (int64_t{1} << bit) / 2);
  return values;
}

}  // namespace

TEST_CASE("a division by a power of two equals its definition on 16 and on 32 bits", "[fixed_point]") {
  for (int exponent = 0; exponent <= 31; ++exponent) {
    for (const int32_t value : ends<int32_t>()) {
      CAPTURE(exponent, value);
      REQUIRE(divide_by_power_of_two(value, exponent) == divided<int32_t>(value, exponent));
      REQUIRE(burin_kernels::Generic::rounding_divide(value, exponent) == divided<int32_t>(value, exponent));
    }
    for (const int32_t value : ends<int16_t>()) {
      CAPTURE(exponent, value);
      REQUIRE(divide_by_power_of_two_16(value, exponent) == divided<int16_t>(value, exponent));
    }
  }
}

TEST_CASE("a doubling high product equals its definition at the ends", "[fixed_point]") {
  for (const int32_t a : ends<int32_t>())
    for (const int32_t b : ends<int32_t>()) {
      const int32_t expected = high_product(a, b);
      if (doubling_high_multiply(a, b) == expected &&
          burin_kernels::Generic::doubling_high_multiply(a, b) == expected)
        continue;
      CAPTURE(a, b, expected);
      FAIL("evaluator or kernels give another product");
    }
}

TEST_CASE("a multiplication by a fixed-point factor equals its definition at the ends", "[fixed_point]") {
  for (const int32_t multiplier : {0, 1 << 30, (1 << 30) + 1, 0x5FFFFFFF, 0x7FFEFFFF, 0x7FFFFFFE, INT32_MAX})
    for (int32_t shift = -31; shift <= 30; ++shift)
      for (const int32_t value : ends<int32_t>()) {
        const auto shifted = static_cast<int32_t>(static_cast<uint32_t>(value) << std::max(shift, 0));
        const int32_t expected = divided<int32_t>(high_product(shifted, multiplier), std::max(-shift, 0));
        if (multiply_by_fixed_point(value, {multiplier, shift}, Rounding::tflm) == expected &&
            burin_kernels::Generic::requantize_twice(value, multiplier, shift) == expected)
          continue;
        CAPTURE(value, multiplier, shift, expected);
        FAIL("evaluator or kernels give another product");
      }
}

}  // namespace burin
