// EXP: e to the power of every element.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& exp_operator() {
  static const RealFunctionOperator instance(Op::exp, "EXP", "Powers of e.",
                                             [](float x) { return std::exp(x); });
  return instance;
}

const Kernel& exp_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("ExpF32", Op::exp, "One exponential of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 1200);
  return instance;
}

}  // namespace burin
