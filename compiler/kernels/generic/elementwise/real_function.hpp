// Host side of kernels: real function.
#pragma once

#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/kernel.hpp"
#include "ops/elementwise/real_function.hpp"

namespace burin {

// A kernel of generic/functions_f32.hpp, without parameters.
UnaryF32Kernel function_f32_kernel(std::string_view name, Op op, std::string_view summary, const Work& each,
                                   int32_t code_bytes);

}  // namespace burin
