// RELU6: min(max(x, 0), 6).
#include "ops/elementwise/rectifier.hpp"

namespace burin {
namespace {

class Relu6 final : public Rectifier {
 public:
  Relu6() : Rectifier(Activation::relu6) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::relu6,
                                         .tflite_name = "RELU6",
                                         .summary = "Clamps to 0 and 6.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& relu6_operator() {
  static const Relu6 instance;
  return instance;
}

}  // namespace burin
