// SELECT and SELECT_V2: elements of one tensor where a condition holds, of another where it does not.
#pragma once

#include "ops/operator.hpp"

namespace burin {

class SelectOperator final : public Operator {
 public:
  SelectOperator(Op op, std::string_view tflite_name)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = "One tensor where a condition holds, another where not.",
               .minimum_inputs = 3,
               .maximum_inputs = 3,
               .minimum_outputs = 1,
               .maximum_outputs = 1} {}
  const OperatorFacts& facts() const override { return facts_; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
};

}  // namespace burin
