// SUB: output = activation(left - right), with broadcasting.
#include "ops/elementwise/sum.hpp"

namespace burin {
namespace {

class Sub final : public SumOperator {
 public:
  Sub() : SumOperator(-1) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::sub,
                                         .tflite_name = "SUB",
                                         .summary = "Difference of two tensors, element by element.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
};

}  // namespace

const Operator& sub_operator() {
  static const Sub instance;
  return instance;
}

}  // namespace burin
