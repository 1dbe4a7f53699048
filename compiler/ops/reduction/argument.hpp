// ARG_MAX and ARG_MIN: where along one dimension the largest or smallest element stands; of equal ones the
// first.
#pragma once

#include "ops/constraints.hpp"
#include "ops/movement/joining.hpp"
#include "ops/movement/movement.hpp"
#include "ops/operator.hpp"

namespace burin {

class ArgumentOperator final : public Operator {
 public:
  ArgumentOperator(Op op, std::string_view tflite_name, std::string_view summary, bool greater)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 1,
               .maximum_inputs = 1,
               .minimum_outputs = 1,
               .maximum_outputs = 1},
        greater_(greater) {}
  const OperatorFacts& facts() const override { return facts_; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
  bool greater_;
};

}  // namespace burin

namespace burin::argument {

// The input as [outer, length, inner].
struct ArgumentExtents {
  int64_t outer, length, inner;
};

inline ArgumentExtents extents_of(const NodeView& view) {
  const Shape& shape = view.input(0).type.shape;
  const auto axis = static_cast<size_t>(axis_of(view));
  return {shape.elements(0, axis), shape.dims()[axis], shape.elements(axis + 1, shape.rank())};
}

}  // namespace burin::argument
