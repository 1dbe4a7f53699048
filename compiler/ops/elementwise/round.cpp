// ROUND: the nearest integer, of two the even one.
#include <cmath>

#include "ops/elementwise/real_function.hpp"

namespace burin {
namespace {

float nearest_even(float x) {
  const float below = std::floor(x);
  const float rest = x - below;
  if (rest < 0.5f || (rest == 0.5f && std::fmod(below, 2.0f) == 0)) return below;
  return below + 1;
}

}  // namespace

const Operator& round_operator() {
  static const RealFunctionOperator instance(Op::round, "ROUND", "Rounds to integers, halves to even ones.",
                                             nearest_even);
  return instance;
}

const Kernel& round_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "RoundF32", Op::round, "Two calls of the C library an element.", {.instructions = 50}, 300);
  return instance;
}

}  // namespace burin
