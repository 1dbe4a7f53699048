// FLOOR: the largest integer that is not above.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& floor_operator() {
  static const RealFunctionOperator instance(Op::floor, "FLOOR", "Rounds down to integers.",
                                             [](float x) { return std::floor(x); });
  return instance;
}

const Kernel& floor_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "FloorF32", Op::floor, "One call of the C library an element.", {.instructions = 30}, 200);
  return instance;
}

}  // namespace burin
