// A small deterministic generator for samplers: the same seed gives the same numbers with every standard
// library.
#pragma once

#include <cstdint>

namespace burin {

// SplitMix64, Steele, Lea and Flood 2014.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  uint64_t next() {
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // Uniform in [lowest, highest], both included.
  int32_t integer(int32_t lowest, int32_t highest) {
    const auto span = static_cast<uint64_t>(static_cast<int64_t>(highest) - lowest + 1);
    return static_cast<int32_t>(lowest + static_cast<int64_t>(next() % span));
  }
  // Uniform in [lowest, highest).
  double real(double lowest, double highest) {
    return lowest + (highest - lowest) * (static_cast<double>(next() >> 11) * 0x1p-53);
  }
  bool chance(double probability) { return real(0, 1) < probability; }

 private:
  uint64_t state_;
};

}  // namespace burin
