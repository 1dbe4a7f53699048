// The one proof behind all linear forms: a form output = clamp((offset + sum) >> shift) is right where every
// sum leaves room for the offset.
#pragma once

#include <algorithm>
#include <cstdint>

namespace burin {

// The offsets that are left, both ends included; none where lowest > highest.
struct Offsets {
  int64_t lowest;
  int64_t highest;

  bool none() const { return lowest > highest; }
  int64_t middle() const { return (lowest + highest) >> 1; }

  // Keeps those with which (offset + sum) >> shift becomes `value` once it is clamped to [clamp_min,
  // clamp_max]: at the ends of the clamp whatever lies beyond will do.
  void demand(int64_t sum, int64_t value, int32_t shift, int32_t clamp_min, int32_t clamp_max) {
    if (value > clamp_min) lowest = std::max(lowest, value * (int64_t{1} << shift) - sum);
    if (value < clamp_max) highest = std::min(highest, (value + 1) * (int64_t{1} << shift) - 1 - sum);
  }
};

}  // namespace burin
