// MAXIMUM: the larger of two elements, with broadcasting.
#include "ops/elementwise/extremum.hpp"

namespace burin {
namespace {

class Maximum final : public ExtremumOperator {
 public:
  Maximum() : ExtremumOperator(true) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::maximum,
                                         .tflite_name = "MAXIMUM",
                                         .summary = "The larger of two tensors' elements.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& maximum_operator() {
  static const Maximum instance;
  return instance;
}

}  // namespace burin
