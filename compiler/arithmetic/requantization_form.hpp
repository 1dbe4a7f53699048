// The one form that kernels requantize by where it is proved equal to the definition: a multiplication, an
// addition and a shift. It needs no rounding of its own, because a constant holds what the roundings of the
// definition amount to.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "arithmetic/requantization.hpp"

namespace burin {

// What a kernel's instructions fix; the numbers M and C are searched for.
//
//   x = C + floor(((a - bias) << prescale) * M / 2^product_shift)
//   output = clamp(x >> post_shift, clamp_min, clamp_max)
//
// The product is computed in one of two ways, and no part of either may leave 32 bits:
//   product_shift 32          as the high half of a 64-bit product
//   product_shift q = 2 p < 32   in parts of M = 2^q M2 + 2^p M1 + M0, on processors without such a product:
//                             x = C + s M2 + ((s M1 + ((s M0) >> p)) >> p), with s = a - bias
struct RequantizationShape {
  int prescale = 0;        // in [0, 16]; 0 where the product is in parts
  int product_shift = 32;  // 32, or even and in [0, 30]
  int post_shift = 0;      // in [0, 22]
  int32_t bias = 0;        // a part of the accumulator that C takes over
  int32_t clamp_min = -128;
  int32_t clamp_max = 127;

  bool operator==(const RequantizationShape&) const = default;
};

struct RequantizationForm {
  RequantizationShape shape;
  int32_t multiplier = 0;  // M, not negative
  int32_t constant = 0;    // C

  bool operator==(const RequantizationForm&) const = default;
};

// What the form computes, in wrapping arithmetic.
int32_t evaluate(const RequantizationForm& form, int32_t accumulator);

// The proof: true only if the form equals the reference for every accumulator of the range, and nothing in it
// overflows. It fails for a form that is off by one at a single accumulator. The range is that of the
// accumulator, the bias included.
bool equals_reference(const RequantizationForm& form, const Requantization& requantization, Rounding rounding,
                      AccumulatorRange range);

// A proved form of this shape, or nothing if the search finds none. The M nearest to the real multiplier is
// tried first. For an M, the feasible C form an interval that the thresholds of the staircase give directly.
// If it is empty for the nearest M, the plane of M and C is searched: each threshold cuts it by two half
// planes, so the feasible set is convex. A clamp of the shape that is wider than the definition's demands
// that the form itself keeps to that one.
std::optional<RequantizationForm> prove_form(const Requantization& requantization, Rounding rounding,
                                             AccumulatorRange range, const RequantizationShape& shape);

// The widest post_shift of a product in parts for which the multiplier has 31 bits and the result 32, where
// the real multiplier is `scale`, and no result before the shift is larger than `largest` outputs. May be
// negative: there is none then.
int widest_post_shift(double scale, double largest);

}  // namespace burin
