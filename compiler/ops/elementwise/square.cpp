// SQUARE: every element times itself.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& square_operator() {
  static const RealFunctionOperator instance(Op::square, "SQUARE", "Every element times itself.",
                                             [](float x) { return x * x; });
  return instance;
}

const Kernel& square_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "SquareF32", Op::square, "One product an element.", {.instructions = 6, .float_products = 1}, 50);
  return instance;
}

}  // namespace burin
