#include "ops/elementwise/comparison.hpp"

#include "kernels/comparison.hpp"

namespace burin {
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
    // Numbers of other quantisations would have to be scaled first, as roundings make them equal or not.
    {"quantised operands have one scale, of int8 at least 1/128, and one zero point",
     [](const NodeView& v) {
       const Quantization& q = v.input(0).quantization;
       return q == v.input(1).quantization &&
              (!has_dtype(v.input(0), DType::s8) || (q.per_tensor() && q.scale() >= 0x1p-7f));
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

bool is_logical(Relation relation) {
  return relation == Relation::both || relation == Relation::either;
}

}  // namespace

std::span<const Constraint> ComparisonOperator::constraints() const {
  return is_logical(relation_) ? std::span<const Constraint>(logical_list)
                               : std::span<const Constraint>(comparison_list);
}

void ComparisonOperator::evaluate(const Evaluation& evaluation) const {
  const Value& left = evaluation.input(0);
  const Value& right = evaluation.input(1);
  for_each_pair(evaluation.view, [&](size_t o, size_t l, size_t r) {
    const bool result = left.type.dtype == DType::f32
                            ? holds(relation_, left.as<float>()[l], right.as<float>()[r])
                            : holds(relation_, left.integer(l), right.integer(r));
    evaluation.output().set_integer(o, result);
  });
}

std::variant<KernelCall, Refusal> ComparisonKernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  for (size_t i = 0; i < 2; ++i)
    if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
      return Refusal{"an int64 operand is computed"};
  KernelCall call;
  describe_broadcast(view, call);
  call.geometry.emplace_back("relation", static_cast<int32_t>(relation_));
  call.stack_bytes = 64;
  call.work.instructions = 30 + 12 * view.output().type.shape.elements();
  call.code_bytes = 90;
  return call;
}

}  // namespace burin
