// Operators that apply one function of real numbers to every float32 element: SQRT and its like.
#pragma once

#include "ops/elementwise/unary.hpp"
#include "ops/operator.hpp"

namespace burin {

class RealFunctionOperator final : public UnaryOperator {
 public:
  enum class Domain : uint8_t { all, positive };
  RealFunctionOperator(Op op, std::string_view tflite_name, std::string_view summary,
                       float (*function)(float), Domain domain = Domain::all)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 1,
               .maximum_inputs = 1,
               .minimum_outputs = 1,
               .maximum_outputs = 1},
        function_(function),
        domain_(domain) {}
  const OperatorFacts& facts() const override { return facts_; }
  std::span<const Constraint> constraints() const override;

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override;
  UnaryOperator::RealFunction real_function(const NodeView&) const override { return function_; }

 private:
  OperatorFacts facts_;
  float (*function_)(float);
  Domain domain_;
};

}  // namespace burin
