// Half-precision numbers, which files store weights in.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace burin {

// The number that ten bits of fraction, five of exponent and a sign stand for: each is a float32, too.
inline float real_of_half(uint32_t half) {
  const auto fraction = static_cast<float>(half & 0x3FFu);
  const auto exponent = static_cast<int>(half >> 10 & 0x1Fu);
  float magnitude = 0;
  if (exponent == 31)
    magnitude =
        fraction > 0 ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  else
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  return half >> 15 ? -magnitude : magnitude;
}

}  // namespace burin
