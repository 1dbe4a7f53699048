#include "ops/elementwise/arithmetic.hpp"

#include "ops/numerics.hpp"

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

}  // namespace burin
