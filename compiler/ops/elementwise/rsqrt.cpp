// RSQRT: one over the square root.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& rsqrt_operator() {
  static const RealFunctionOperator instance(
      Op::rsqrt, "RSQRT", "Reciprocals of square roots.", [](float x) { return 1.0f / std::sqrt(x); },
      RealFunctionOperator::Domain::positive);
  return instance;
}

const Kernel& rsqrt_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("ReciprocalSqrtF32", Op::rsqrt, "One square root and one division an element.",
                          {.instructions = 10, .float_products = 8}, 120);
  return instance;
}

}  // namespace burin
