// NEG: every element with the other sign.
#include "ops/elementwise/real_function.hpp"

namespace burin {

const Operator& neg_operator() {
  static const RealFunctionOperator instance(Op::neg, "NEG", "Every element with the other sign.",
                                             [](float x) { return -x; });
  return instance;
}

const Kernel& neg_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("NegateF32", Op::neg, "One change of sign an element.", {.instructions = 8}, 40);
  return instance;
}

}  // namespace burin
