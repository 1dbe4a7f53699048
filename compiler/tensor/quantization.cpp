#include "tensor/quantization.hpp"

#include <cmath>

namespace burin {

FixedPointMultiplier fixed_point(double factor) {
  if (!(factor > 0) || !std::isfinite(factor)) return {};
  int exponent = 0;
  const double mantissa = std::frexp(factor, &exponent);  // [0.5, 1)
  auto multiplier = static_cast<int64_t>(std::round(mantissa * 0x1p31));
  if (multiplier == int64_t{1} << 31) {
    multiplier /= 2;
    ++exponent;
  }
  if (exponent < -31) return {};
  if (exponent > 30) return {INT32_MAX, 30};
  return {static_cast<int32_t>(multiplier), exponent};
}

}  // namespace burin
