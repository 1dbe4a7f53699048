#include "ops/elementwise/extremum.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"operands and output are all int8, uint8, int16, int32, int64 or float32",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) && dtype != DType::boolean;
     }},
    {broadcasts_sentence, broadcasts},
};

}  // namespace

std::span<const Constraint> ExtremumOperator::constraints() const {
  return constraint_list;
}

void ExtremumOperator::evaluate(const Evaluation& evaluation) const {
  const Value& left = evaluation.input(0);
  const Value& right = evaluation.input(1);
  Value& output = evaluation.output();
  const auto chosen = [&](auto a, auto b) { return (greater_ ? a > b : a < b) ? a : b; };
  for_each_pair(evaluation.view, [&](size_t o, size_t l, size_t r) {
    if (output.type.dtype == DType::f32)
      output.as<float>()[o] = chosen(left.as<float>()[l], right.as<float>()[r]);
    else
      output.set_integer(o, chosen(left.integer(l), right.integer(r)));
  });
}

}  // namespace burin
