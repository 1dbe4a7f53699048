// FLOOR_MOD: what FLOOR_DIV leaves, of the sign of the right operand; integers by 0 give 0.
#include <cmath>

#include "ops/elementwise/arithmetic.hpp"

namespace burin {

const Operator& floor_mod_operator() {
  static const ArithmeticOperator instance(
      Op::floor_mod, "FLOOR_MOD", "Remainders of two tensors, of the divisor's sign.", false,
      [](float left, float right) {
        const float rest = std::fmod(left, right);
        return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
      },
      [](int64_t left, int64_t right) {
        if (right == 0 || right == -1) return uint64_t{0};
        const int64_t rest = left % right;
        return static_cast<uint64_t>(rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest);
      });
  return instance;
}

const Kernel& floor_mod_f32_kernel() {
  static const BinaryF32Kernel instance("FloorModuloF32", Op::floor_mod,
                                        "One remainder of the C library an element.",
                                        "kernels/arithmetic_f32.hpp");
  return instance;
}

const Kernel& floor_mod_s32_kernel() {
  static const BinaryS32Kernel instance("FloorModuloS32", Op::floor_mod, "One remainder an element.");
  return instance;
}

}  // namespace burin
