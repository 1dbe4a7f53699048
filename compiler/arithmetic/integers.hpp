// Integers of 32 bits inside of 64.
#pragma once

#include <cstdint>
#include <limits>

namespace burin {

constexpr bool fits_s32(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
}

// The low 32 bits, as two's complement.
constexpr int32_t wrap_to_s32(int64_t value) {
  return static_cast<int32_t>(static_cast<uint32_t>(value));
}

// The quotient, rounded down; rounded up. The divisor is not 0.
constexpr int64_t floor_divide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return (value % divisor != 0 && (value < 0) != (divisor < 0)) ? quotient - 1 : quotient;
}
constexpr int64_t ceiling_divide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return (value % divisor != 0 && (value < 0) == (divisor < 0)) ? quotient + 1 : quotient;
}

}  // namespace burin
