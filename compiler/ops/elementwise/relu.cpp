// RELU: max(x, 0).
#include "ops/elementwise/rectifier.hpp"

namespace burin {
namespace {

class Relu final : public Rectifier {
 public:
  Relu() : Rectifier(Activation::relu) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::relu,
                                         .tflite_name = "RELU",
                                         .summary = "Zero in place of what is negative.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& relu_operator() {
  static const Relu instance;
  return instance;
}

}  // namespace burin
