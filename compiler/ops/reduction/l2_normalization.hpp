// l2_normalization: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/elementwise/unary.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"

namespace burin::l2_normalization {

inline constexpr float least_length = 1e-6f;

}  // namespace burin::l2_normalization
