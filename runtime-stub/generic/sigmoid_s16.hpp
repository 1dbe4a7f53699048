// The logistic function and the hyperbolic tangent on int16, by straight lines between 256 values of the
// logistic function: nodes[i] stands for 2^16 / (1 + exp(-i / 24)).
//
// Arguments are in units of 1/12288, results in units of 2^-15.
//
// Registers: the table, an argument, two nodes. Cost: a part of that of generic/unary_sigmoid_s16.hpp.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Isa>
struct SigmoidS16 {
  static BURIN_ALWAYS_INLINE int32_t logistic(const uint16_t* nodes, int32_t argument) {
    const uint32_t magnitude = absolute(argument);
    const uint32_t node = magnitude >> 9;
    const int32_t value = node >= 255 ? int32_t(0x7FFF) * 1024 : between(nodes + node, magnitude, 512);
    return (argument >= 0 ? value + 512 : 33554432 - value + 511) >> 10;
  }

  // tanh(x) = 2 logistic(2x) - 1
  static BURIN_ALWAYS_INLINE int32_t hyperbolic_tangent(const uint16_t* nodes, int32_t argument) {
    const uint32_t magnitude = absolute(argument);
    const uint32_t node = magnitude >> 8;
    const int32_t value =
        (node >= 255 ? int32_t(0xFFFF) * 256 : between(nodes + node, magnitude, 256)) - 8388608;
    return (argument >= 0 ? value + 128 : 127 - value) >> 8;
  }

 private:
  // From one node to the next in `parts` parts, a power of two; times that.
  static int32_t between(const uint16_t* node, uint32_t magnitude, uint32_t parts) {
    const int32_t lower = node[0];
    const int32_t part = static_cast<int32_t>(magnitude & (parts - 1));
    return lower * static_cast<int32_t>(parts) + part * (node[1] - lower);
  }
  static uint32_t absolute(int32_t value) {
    return value < 0 ? 0u - static_cast<uint32_t>(value) : static_cast<uint32_t>(value);
  }
};

}  // namespace burin_kernels
