// SQUEEZE: without some or all of the dimensions of one element. Which ones, the output tensor says.
#include "ops/movement/reshaping.hpp"

namespace burin {
namespace {

bool without_some_ones(const Shape& input, const Shape& output) {
  size_t kept = 0;
  for (const int32_t extent : input.dims()) {
    if (kept < output.rank() && output.dims()[kept] == extent)
      ++kept;
    else if (extent != 1)
      return false;
  }
  return kept == output.rank();
}

constexpr Constraint constraint_list[] = {
    {keeps_elements_sentence, keeps_elements},
    {"the output has the input's dimensions without some of those that are 1",
     [](const NodeView& v) { return without_some_ones(v.input(0).type.shape, v.output().type.shape); }},
};

class Squeeze final : public ReshapingOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::squeeze,
                                         .tflite_name = "SQUEEZE",
                                         .summary = "Without dimensions of one element.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
};

}  // namespace

const Operator& squeeze_operator() {
  static const Squeeze instance;
  return instance;
}

}  // namespace burin
