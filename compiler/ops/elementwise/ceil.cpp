// CEIL: the smallest integer that is not below.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& ceil_operator() {
  static const RealFunctionOperator instance(Op::ceil, "CEIL", "Rounds up to integers.",
                                             [](float x) { return std::ceil(x); });
  return instance;
}

const Kernel& ceil_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "CeilF32", Op::ceil, "One call of the C library an element.", {.instructions = 30}, 200);
  return instance;
}

}  // namespace burin
