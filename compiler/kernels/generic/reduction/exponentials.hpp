// Host side of kernels: exponentials.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/reduction/exponentials.hpp"

namespace burin {

// Without the zeros at its end, for a kernel.
std::vector<int32_t> exponential_table(const Exponentials& all);

}  // namespace burin
