// DIV: output = activation(left / right), with broadcasting; integers towards zero, and by 0 they give 0.
#include "ops/elementwise/arithmetic.hpp"

namespace burin {

const Operator& div_operator() {
  static const ArithmeticOperator instance(
      Op::div, "DIV", "Quotient of two tensors, element by element.", true,
      [](float left, float right) { return left / right; },
      [](int64_t left, int64_t right) {
        if (right == 0 || right == -1) return right == 0 ? uint64_t{0} : 0 - static_cast<uint64_t>(left);
        return static_cast<uint64_t>(left / right);
      });
  return instance;
}

const Kernel& div_f32_kernel() {
  static const BinaryF32Kernel instance("DivideF32", Op::div, "One quotient an element.",
                                        "kernels/arithmetic_f32.hpp");
  return instance;
}

const Kernel& div_s32_kernel() {
  static const BinaryS32Kernel instance("DivideS32", Op::div, "One quotient an element.");
  return instance;
}

}  // namespace burin
