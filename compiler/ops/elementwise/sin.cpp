// SIN: the sine.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& sin_operator() {
  static const RealFunctionOperator instance(Op::sin, "SIN", "The sine.",
                                             [](float x) { return std::sin(x); });
  return instance;
}

const Kernel& sin_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("SinF32", Op::sin, "One sine of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 3000);
  return instance;
}

}  // namespace burin
