// MINIMUM: the smaller of two elements, with broadcasting.
#include "ops/elementwise/extremum.hpp"

namespace burin {
namespace {

class Minimum final : public ExtremumOperator {
 public:
  Minimum() : ExtremumOperator(false) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::minimum,
                                         .tflite_name = "MINIMUM",
                                         .summary = "The smaller of two tensors' elements.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& minimum_operator() {
  static const Minimum instance;
  return instance;
}

}  // namespace burin
