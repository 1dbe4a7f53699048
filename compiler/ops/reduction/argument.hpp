// ARG_MAX and ARG_MIN: where along one dimension the largest or smallest element stands; of equal ones the
// first.
#pragma once

#include "ops/movement/joining.hpp"

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

class ArgumentKernel final : public Kernel {
 public:
  ArgumentKernel(Op op, bool greater)
      : facts_{"Argument", op, KernelSet::generic, "kernels/argument.hpp", "One comparison an element."},
        greater_(greater) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  bool greater_;
};

}  // namespace burin
