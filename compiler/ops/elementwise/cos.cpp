// COS: the cosine.
#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {

const Operator& cos_operator() {
  static const RealFunctionOperator instance(Op::cos, "COS", "The cosine.",
                                             [](float x) { return std::cos(x); });
  return instance;
}

const Kernel& cos_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("CosF32", Op::cos, "One cosine of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 3000);
  return instance;
}

}  // namespace burin
