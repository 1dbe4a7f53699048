// TANH: (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
#include "ops/elementwise/sigmoidal.hpp"

namespace burin {
namespace {

class Tanh final : public SigmoidalOperator {
 public:
  Tanh() : SigmoidalOperator(true) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::tanh,
                                         .tflite_name = "TANH",
                                         .summary = "The hyperbolic tangent, -1 to 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& tanh_operator() {
  static const Tanh instance;
  return instance;
}

}  // namespace burin
