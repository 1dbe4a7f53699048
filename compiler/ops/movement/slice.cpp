// SLICE: a block of neighbors. TFLite's operands for beginning and size become attributes.
#include "ops/movement/slicing.hpp"

namespace burin {
namespace {

class Slice final : public SliceOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::slice,
                                         .tflite_name = "SLICE",
                                         .summary = "A block of neighboring elements.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& slice_operator() {
  static const Slice instance;
  return instance;
}

}  // namespace burin
