// RELU_N1_TO_1: min(max(x, -1), 1).
#include "ops/elementwise/rectifier.hpp"

namespace burin {
namespace {

class ReluN1To1 final : public Rectifier {
 public:
  ReluN1To1() : Rectifier(Activation::relu_n1_to_1) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::relu_n1_to_1,
                                         .tflite_name = "RELU_N1_TO_1",
                                         .summary = "Clamps to -1 and 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& relu_n1_to_1_operator() {
  static const ReluN1To1 instance;
  return instance;
}

}  // namespace burin
