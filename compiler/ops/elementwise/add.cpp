// ADD: output = activation(left + right), with broadcasting.
#include "ops/elementwise/sum.hpp"

namespace burin {
namespace {

class Add final : public SumOperator {
 public:
  Add() : SumOperator(1) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::add,
                                         .tflite_name = "ADD",
                                         .summary = "Sum of two tensors, element by element.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
};

}  // namespace

const Operator& add_operator() {
  static const Add instance;
  return instance;
}

}  // namespace burin
