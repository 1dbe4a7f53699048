// Operators on two tensors of float32, int32 or int64 that are one formula, element by element: DIV and its
// like. One that is defined on quantized integers, too, derives from it.
#pragma once

#include "ops/elementwise/binary.hpp"

namespace burin {

class ArithmeticOperator : public BinaryOperator {
 public:
  // The integer formula's result wraps to the output's type.
  ArithmeticOperator(Op op, std::string_view tflite_name, std::string_view summary, bool activation,
                     float (*real)(float, float), uint64_t (*integer)(int64_t, int64_t))
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 2,
               .maximum_inputs = 2,
               .minimum_outputs = 1,
               .maximum_outputs = 1,
               .activation = activation},
        real_(real),
        integer_(integer) {}
  const OperatorFacts& facts() const override { return facts_; }
  std::span<const Constraint> constraints() const override;
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
  float (*real_)(float, float);
  uint64_t (*integer_)(int64_t, int64_t);
};

}  // namespace burin
