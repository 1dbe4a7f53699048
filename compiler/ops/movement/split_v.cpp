// SPLIT_V: neighboring parts of a tensor along one axis, of any lengths.
#include "ops/movement/splitting.hpp"

namespace burin {
namespace {

class SplitV final : public SplitOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::split_v,
                                         .tflite_name = "SPLIT_V",
                                         .summary = "Neighboring parts of any lengths along an axis.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1024};
    return facts;
  }
};

}  // namespace

const Operator& split_v_operator() {
  static const SplitV instance;
  return instance;
}

}  // namespace burin
