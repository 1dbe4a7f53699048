// SQUARED_DIFFERENCE: output = (left - right)^2, with broadcasting.
#include "ops/elementwise/arithmetic.hpp"

namespace burin {

const Operator& squared_difference_operator() {
  static const ArithmeticOperator instance(
      Op::squared_difference, "SQUARED_DIFFERENCE", "Squares of the differences of two tensors.", false,
      [](float left, float right) { return (left - right) * (left - right); },
      [](int64_t left, int64_t right) {
        const uint64_t difference = static_cast<uint64_t>(left) - static_cast<uint64_t>(right);
        return difference * difference;
      });
  return instance;
}

const Kernel& squared_difference_f32_kernel() {
  static const BinaryF32Kernel instance("SquaredDifferenceF32", Op::squared_difference,
                                        "One difference and one product an element.",
                                        "kernels/arithmetic_f32.hpp");
  return instance;
}

const Kernel& squared_difference_s32_kernel() {
  static const BinaryS32Kernel instance("SquaredDifferenceS32", Op::squared_difference,
                                        "One difference and one product an element.");
  return instance;
}

}  // namespace burin
