// The logistic function and the hyperbolic tangent on int16 as TensorFlow Lite's reference kernels define
// them: straight lines between tabulated values of the logistic function.
//
// Arguments are in units of 1/12288, results in units of 2^-15.
#pragma once

#include <array>
#include <cstdint>

namespace burin {

// Node i stands for 2^16 / (1 + exp(-i / 24)), i < 256. The function is concave there, so that chords lie
// below it; the nodes lie above it by h^2/16 times the second derivative (h = 1/24), which halves the largest
// error. The last one only closes the table: arguments from node 255 on saturate.
std::array<uint16_t, 256> logistic_nodes();

int16_t logistic_s16(int32_t argument);
int16_t hyperbolic_tangent_s16(int32_t argument);

}  // namespace burin
