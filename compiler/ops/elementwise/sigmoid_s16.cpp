#include "ops/elementwise/sigmoid_s16.hpp"

#include <cmath>
#include <cstdlib>

namespace burin {
namespace {

const std::array<uint16_t, 256>& nodes() {
  static const std::array<uint16_t, 256> table = logistic_nodes();
  return table;
}

// Of a magnitude whose lowest `fraction_bits` bits lie between two nodes: the value with as many more bits
// than a node has; nothing from node 255 on.
int32_t between_nodes(int64_t magnitude, int fraction_bits, int32_t saturated) {
  const int64_t node = magnitude >> fraction_bits;
  if (node >= 255) return saturated;
  const int32_t lower = nodes()[static_cast<size_t>(node)];
  const int32_t upper = nodes()[static_cast<size_t>(node) + 1];
  const auto fraction = static_cast<int32_t>(magnitude - (node << fraction_bits));
  return (lower << fraction_bits) + fraction * (upper - lower);
}

}  // namespace

std::array<uint16_t, 256> logistic_nodes() {
  std::array<uint16_t, 256> result{};
  constexpr double step = 1.0 / 24;
  for (size_t i = 0; i < result.size(); ++i) {
    const double value = 1 / (1 + std::exp(-static_cast<double>(i) * step));
    const double second_derivative = value * (1 - value) * (1 - 2 * value);
    result[i] = static_cast<uint16_t>(std::lround(65536 * (value - step * step / 16 * second_derivative)));
  }
  result[255] = 65535;
  return result;
}

int16_t logistic_s16(int32_t argument) {
  const int32_t value = between_nodes(std::abs(static_cast<int64_t>(argument)), 9, 0x7FFF << 10);
  // 25 bits for 1; the reflection at 1/2 rounds its halves down.
  const int32_t result = argument >= 0 ? value + 512 : (1 << 25) - value + 511;
  return static_cast<int16_t>(result >> 10);
}

int16_t hyperbolic_tangent_s16(int32_t argument) {
  // tanh(x) = 2 logistic(2x) - 1
  const int32_t value = between_nodes(std::abs(static_cast<int64_t>(argument)), 8, 0xFFFF << 8) - (1 << 23);
  const int32_t result = argument >= 0 ? value + 128 : -value + 127;
  return static_cast<int16_t>(result >> 8);
}

}  // namespace burin
