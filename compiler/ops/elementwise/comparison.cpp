#include "ops/elementwise/comparison.hpp"

#include "kernels/comparison.hpp"
#include "kernels/comparison_scaled.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

bool is_boolean(const Tensor& tensor) {
  return has_dtype(tensor, DType::boolean);
}

// Numbers of one scale compare as they are stored; of int8 not where the definition's fixed point is so
// coarse that neighbours become equal.
bool compares_as_stored(const NodeView& view) {
  const Quantization& q = view.input(0).quantization;
  return q == view.input(1).quantization &&
         (!has_dtype(view.input(0), DType::s8) || !q.present() || (q.per_tensor() && q.scale() >= 0x1p-7f));
}

// An int8 operand times 2^8 and its scale, which is below 1.
struct ScaledOperand {
  int32_t zero_point;
  FixedPointMultiplier factor;

  int32_t operator()(int64_t x, Rounding rounding) const {
    return multiply_by_fixed_point(static_cast<int32_t>(x - zero_point) * 256, factor, rounding);
  }
};
ScaledOperand scaled_operand(const NodeView& view, size_t i) {
  const Quantization& q = view.input(i).quantization;
  return {q.zero_point(), fixed_point(static_cast<double>(q.scale()))};
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

std::variant<KernelCall, Refusal> ComparisonKernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  for (size_t i = 0; i < 2; ++i)
    if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
      return Refusal{"an int64 operand is computed"};
  if (!is_logical(relation_) && !compares_as_stored(view)) return Refusal{"it compares what is stored"};
  KernelCall call;
  describe_broadcast(view, call);
  call.geometry.emplace_back("relation", static_cast<int32_t>(relation_));
  call.work.instructions = 30 + 12 * view.output().type.shape.elements();
  call.code_bytes = 90;
  return call;
}

std::variant<KernelCall, Refusal> ScaledComparisonKernel::lower(const NodeView& view,
                                                                const LoweringContext& context) const {
  if (compares_as_stored(view)) return Refusal{"what is stored can be compared"};
  std::vector<int32_t> quantization;
  for (const size_t i : {size_t{0}, size_t{1}}) {
    const ScaledOperand operand = scaled_operand(view, i);
    quantization.insert(quantization.end(),
                        {operand.zero_point, operand.factor.multiplier, operand.factor.shift});
  }
  KernelCall call;
  describe_broadcast(view, call);
  call.geometry.emplace_back("relation", static_cast<int32_t>(relation_));
  call.geometry.emplace_back("round_once", context.rounding == Rounding::litert ? 1 : 0);
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
  const int64_t elements = view.output().type.shape.elements();
  call.work = {.instructions = 30 + 16 * elements, .requantizations = 2 * elements};
  call.code_bytes = 200;
  return call;
}

}  // namespace burin
