// SPLIT: neighboring parts of a tensor along one axis, all of one length.
#include "ops/movement/splitting.hpp"

namespace burin {
namespace {

class Split final : public SplitOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::split,
                                         .tflite_name = "SPLIT",
                                         .summary = "Neighboring parts of one length along an axis.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1024};
    return facts;
  }
};

}  // namespace

const Operator& split_operator() {
  static const Split instance;
  return instance;
}

}  // namespace burin
