// RESHAPE: the same elements under other dimensions. The operand that holds the new shape is dropped, whether
// constant or computed; the output tensor has it.
#include "ops/movement/reshaping.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {{keeps_elements_sentence, keeps_elements}};

class Reshape final : public ReshapingOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::reshape,
                                         .tflite_name = "RESHAPE",
                                         .summary = "The same elements under other dimensions.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
};

}  // namespace

const Operator& reshape_operator() {
  static const Reshape instance;
  return instance;
}

}  // namespace burin
