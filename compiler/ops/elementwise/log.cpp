// LOG: the natural logarithm.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& log_operator() {
  static const RealFunctionOperator instance(
      Op::log, "LOG", "Natural logarithms.", [](float x) { return std::log(x); },
      RealFunctionOperator::Domain::positive);
  return instance;
}

const Kernel& log_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("LogF32", Op::log, "One logarithm of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 1200);
  return instance;
}

}  // namespace burin
