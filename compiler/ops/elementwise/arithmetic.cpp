#include "ops/elementwise/arithmetic.hpp"

#include "ops/numerics.hpp"

#include <cmath>

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"operands and output are all float32, int32 or int64",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) &&
              (dtype == DType::f32 || is_plain_integer(v.output()));
     }},
    {broadcasts_sentence, broadcasts},
};

}  // namespace

std::span<const Constraint> ArithmeticOperator::constraints() const {
  return constraint_list;
}

void ArithmeticOperator::evaluate(const Evaluation& evaluation) const {
  const NodeView& view = evaluation.view;
  const Value& left = evaluation.input(0);
  const Value& right = evaluation.input(1);
  Value& output = evaluation.output();
  const RealRange range = activation_range_f32(view.node);
  for_each_pair(view, [&](size_t o, size_t l, size_t r) {
    if (output.type.dtype != DType::f32) {
      output.set_integer(o, plain_integer(integer_(left.integer(l), right.integer(r)), view));
      return;
    }
    const float result = real_(left.as<float>()[l], right.as<float>()[r]);
    // What cannot carry an activation is not clamped to finite numbers either.
    output.as<float>()[o] = facts_.activation ? std::clamp(result, range.lowest, range.highest) : result;
  });
}

// ---- its operators ----

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

}  // namespace burin
