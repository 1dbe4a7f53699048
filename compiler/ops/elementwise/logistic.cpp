// LOGISTIC: 1 / (1 + exp(-x)).
#include "ops/elementwise/sigmoidal.hpp"

namespace burin {
namespace {

class Logistic final : public SigmoidalOperator {
 public:
  Logistic() : SigmoidalOperator(false) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::logistic,
                                         .tflite_name = "LOGISTIC",
                                         .summary = "The logistic function, 0 to 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& logistic_operator() {
  static const Logistic instance;
  return instance;
}

}  // namespace burin
