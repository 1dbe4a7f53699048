// EXPAND_DIMS: one more dimension, of one element. The operand that holds its position is dropped; the output
// tensor has it.
#include "ops/movement/reshaping.hpp"

namespace burin {
namespace {

// Removing a dimension of 1 anywhere gives the same list as removing any other from the same run of ones, so
// that the first place where the shapes differ decides.
bool has_one_more(const Shape& shorter, const Shape& longer) {
  if (longer.rank() != shorter.rank() + 1) return false;
  const auto difference = std::ranges::mismatch(shorter.dims(), longer.dims());
  return *difference.in2 == 1 &&
         std::equal(difference.in2 + 1, longer.dims().end(), difference.in1, shorter.dims().end());
}

constexpr Constraint constraint_list[] = {
    {keeps_elements_sentence, keeps_elements},
    {"the output has the input's dimensions and one more, of 1",
     [](const NodeView& v) { return has_one_more(v.input(0).type.shape, v.output().type.shape); }},
};

class ExpandDims final : public ReshapingOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::expand_dims,
                                         .tflite_name = "EXPAND_DIMS",
                                         .summary = "One more dimension, of one element.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
};

}  // namespace

const Operator& expand_dims_operator() {
  static const ExpandDims instance;
  return instance;
}

}  // namespace burin
