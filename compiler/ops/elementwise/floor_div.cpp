// FLOOR_DIV: the largest integer that is not above left / right, with broadcasting; integers by 0 give 0.
#include <cmath>

#include "ops/elementwise/arithmetic.hpp"

namespace burin {

const Operator& floor_div_operator() {
  static const ArithmeticOperator instance(
      Op::floor_div, "FLOOR_DIV", "Quotients of two tensors, rounded down.", false,
      // The quotient of float64: one of float32 may be rounded up to the next integer.
      [](float left, float right) {
        return static_cast<float>(std::floor(static_cast<double>(left) / static_cast<double>(right)));
      },
      [](int64_t left, int64_t right) {
        if (right == 0 || right == -1) return right == 0 ? uint64_t{0} : 0 - static_cast<uint64_t>(left);
        const bool lower = left % right != 0 && (left < 0) != (right < 0);
        return static_cast<uint64_t>(left / right - (lower ? 1 : 0));
      });
  return instance;
}

const Kernel& floor_div_f32_kernel() {
  static const BinaryF32Kernel instance("FloorDivideF32", Op::floor_div,
                                        "One quotient and one call of the C library an element.",
                                        "kernels/arithmetic_f32.hpp");
  return instance;
}

const Kernel& floor_div_s32_kernel() {
  static const BinaryS32Kernel instance("FloorDivideS32", Op::floor_div, "One quotient an element.");
  return instance;
}

}  // namespace burin
