#include "ops/reduction/exponentials.hpp"

#include <algorithm>
#include <cmath>

#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"

namespace burin {

FixedPointMultiplier difference_factor(float beta, float scale, Rounding rounding) {
  const double limit = rounding == Rounding::litert ? 0x1p30 - 1 : 0x1p31 - 1;
  const double exact =
      std::ldexp(static_cast<double>(beta) * static_cast<double>(scale), 31 - difference_bits);
  return fixed_point(std::min(exact, limit));
}

int32_t largest_difference(FixedPointMultiplier factor) {
  return input_radius(difference_bits, factor.shift);
}

Exponentials exponentials(FixedPointMultiplier factor, Rounding rounding) {
  const int32_t radius = largest_difference(factor);
  Exponentials result{};
  for (int32_t d = 0; d < 256 && d <= radius; ++d)
    result[static_cast<size_t>(d)] =
        exp_of_negative(multiply_by_fixed_point(-d, factor, rounding), difference_bits);
  return result;
}

}  // namespace burin
