// SQRT: the square root.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& sqrt_operator() {
  static const RealFunctionOperator instance(
      Op::sqrt, "SQRT", "Square roots.", [](float x) { return std::sqrt(x); },
      RealFunctionOperator::Domain::positive);
  return instance;
}

const Kernel& sqrt_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "SqrtF32", Op::sqrt, "One square root an element.", {.instructions = 10, .float_products = 5}, 100);
  return instance;
}

}  // namespace burin
