// Operators that read elements in another order, or repeatedly, and whose result's shape the output tensor
// has: what their constant operands say is in there, too.
#pragma once

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

class RearrangingOperator : public MovementOperator {
 public:
  RearrangingOperator(Op op, std::string_view tflite_name, std::string_view summary)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 1,
               .maximum_inputs = 1,
               .minimum_outputs = 1,
               .maximum_outputs = 1} {}
  const OperatorFacts& facts() const override { return facts_; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.output().type}; }

 private:
  OperatorFacts facts_;
};

inline bool keeps_type(const NodeView& view) {
  return view.input(0).type.dtype == view.output().type.dtype && view.input(0).type.shape.elements() > 0;
}
inline constexpr std::string_view keeps_type_sentence =
    "input and output have the same type, and the input is not empty";

}  // namespace burin
