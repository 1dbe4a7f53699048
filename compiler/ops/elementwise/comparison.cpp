#include "ops/elementwise/comparison.hpp"

#include "ops/numerics.hpp"

namespace burin {

using namespace comparison;

namespace {

bool is_boolean(const Tensor& tensor) {
  return has_dtype(tensor, DType::boolean);
}

constexpr Constraint common[] = {
    {"the operands have the same type, and the output is of booleans",
     [](const NodeView& v) {
       return v.input(0).type.dtype == v.input(1).type.dtype && is_boolean(v.output());
     }},
    {broadcasts_sentence, broadcasts},
};
constexpr Constraint comparison_list[] = {
    common[0],
    common[1],
    {"quantized operands have one scale and one zero point, of int8 scales below 1, or alike",
     [](const NodeView& v) {
       if (compares_as_stored(v)) return true;
       const auto fits = [](const Tensor& t) {
         return has_dtype(t, DType::s8) && is_quantized_per_tensor(t) && t.quantization.scale() < 1;
       };
       return fits(v.input(0)) && fits(v.input(1));
     }},
};
constexpr Constraint logical_list[] = {
    common[0],
    common[1],
    {"the operands are of booleans", [](const NodeView& v) { return is_boolean(v.input(0)); }},
};

template <class Number>
bool holds(Relation relation, Number a, Number b) {
  switch (relation) {
    case Relation::equal:
      return a == b;
    case Relation::not_equal:
      return a != b;
    case Relation::greater:
      return a > b;
    case Relation::greater_equal:
      return a >= b;
    case Relation::less:
      return a < b;
    case Relation::less_equal:
      return a <= b;
    case Relation::both:
      return a != 0 && b != 0;
    case Relation::either:
      return a != 0 || b != 0;
  }
  return false;
}

}  // namespace

std::span<const Constraint> ComparisonOperator::constraints() const {
  return is_logical(relation_) ? std::span<const Constraint>(logical_list)
                               : std::span<const Constraint>(comparison_list);
}

void ComparisonOperator::evaluate(const Evaluation& evaluation) const {
  const Value& left = evaluation.input(0);
  const Value& right = evaluation.input(1);
  const NodeView& view = evaluation.view;
  if (!is_logical(relation_) && !compares_as_stored(view)) {
    const ScaledOperand a = scaled_operand(view, 0);
    const ScaledOperand b = scaled_operand(view, 1);
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      evaluation.output().set_integer(o, holds(relation_, a(left.integer(l), evaluation.rounding),
                                               b(right.integer(r), evaluation.rounding)));
    });
    return;
  }
  for_each_pair(view, [&](size_t o, size_t l, size_t r) {
    const bool result = left.type.dtype == DType::f32
                            ? holds(relation_, left.as<float>()[l], right.as<float>()[r])
                            : holds(relation_, left.integer(l), right.integer(r));
    evaluation.output().set_integer(o, result);
  });
}

// ---- its operators ----

const Operator& equal_operator() {
  static const ComparisonOperator instance(Op::equal, "EQUAL", "Where two tensors are equal.",
                                           Relation::equal);
  return instance;
}

const Operator& greater_operator() {
  static const ComparisonOperator instance(Op::greater, "GREATER", "Where the left tensor is greater.",
                                           Relation::greater);
  return instance;
}

const Operator& greater_equal_operator() {
  static const ComparisonOperator instance(Op::greater_equal, "GREATER_EQUAL",
                                           "Where the left tensor is greater or equal.",
                                           Relation::greater_equal);
  return instance;
}

const Operator& less_operator() {
  static const ComparisonOperator instance(Op::less, "LESS", "Where the left tensor is less.",
                                           Relation::less);
  return instance;
}

const Operator& less_equal_operator() {
  static const ComparisonOperator instance(Op::less_equal, "LESS_EQUAL",
                                           "Where the left tensor is less or equal.", Relation::less_equal);
  return instance;
}

const Operator& logical_and_operator() {
  static const ComparisonOperator instance(Op::logical_and, "LOGICAL_AND",
                                           "Where two tensors of booleans are both true.", Relation::both);
  return instance;
}

const Operator& logical_or_operator() {
  static const ComparisonOperator instance(Op::logical_or, "LOGICAL_OR",
                                           "Where one of two tensors of booleans is true, or both.",
                                           Relation::either);
  return instance;
}

const Operator& not_equal_operator() {
  static const ComparisonOperator instance(Op::not_equal, "NOT_EQUAL", "Where two tensors differ.",
                                           Relation::not_equal);
  return instance;
}

}  // namespace burin
