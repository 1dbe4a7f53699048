#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are float32",
     [](const NodeView& v) {
       return has_dtype(v.input(0), DType::f32) && has_dtype(v.output(), DType::f32);
     }},
};

}  // namespace

std::span<const Constraint> RealFunctionOperator::constraints() const {
  return constraint_list;
}

UnaryOperator::IntegerFunction RealFunctionOperator::integer_function(const NodeView&, Rounding) const {
  internal_error("a function of real numbers asked for integers", __FILE__, __LINE__);
}

namespace {

float nearest_even(float x) {
  const float below = std::floor(x);
  const float rest = x - below;
  if (rest < 0.5f || (rest == 0.5f && std::fmod(below, 2.0f) == 0)) return below;
  return below + 1;
}

}  // namespace

// ---- its operators ----

const Operator& ceil_operator() {
  static const RealFunctionOperator instance(Op::ceil, "CEIL", "Rounds up to integers.",
                                             [](float x) { return std::ceil(x); });
  return instance;
}

const Operator& cos_operator() {
  static const RealFunctionOperator instance(Op::cos, "COS", "The cosine.",
                                             [](float x) { return std::cos(x); });
  return instance;
}

const Operator& exp_operator() {
  static const RealFunctionOperator instance(Op::exp, "EXP", "Powers of e.",
                                             [](float x) { return std::exp(x); });
  return instance;
}

const Operator& floor_operator() {
  static const RealFunctionOperator instance(Op::floor, "FLOOR", "Rounds down to integers.",
                                             [](float x) { return std::floor(x); });
  return instance;
}

const Operator& log_operator() {
  static const RealFunctionOperator instance(
      Op::log, "LOG", "Natural logarithms.", [](float x) { return std::log(x); },
      RealFunctionOperator::Domain::positive);
  return instance;
}

const Operator& neg_operator() {
  static const RealFunctionOperator instance(Op::neg, "NEG", "Every element with the other sign.",
                                             [](float x) { return -x; });
  return instance;
}

const Operator& round_operator() {
  static const RealFunctionOperator instance(Op::round, "ROUND", "Rounds to integers, halves to even ones.",
                                             nearest_even);
  return instance;
}

const Operator& sin_operator() {
  static const RealFunctionOperator instance(Op::sin, "SIN", "The sine.",
                                             [](float x) { return std::sin(x); });
  return instance;
}

const Operator& sqrt_operator() {
  static const RealFunctionOperator instance(
      Op::sqrt, "SQRT", "Square roots.", [](float x) { return std::sqrt(x); },
      RealFunctionOperator::Domain::positive);
  return instance;
}

const Operator& square_operator() {
  static const RealFunctionOperator instance(Op::square, "SQUARE", "Every element times itself.",
                                             [](float x) { return x * x; });
  return instance;
}

}  // namespace burin
