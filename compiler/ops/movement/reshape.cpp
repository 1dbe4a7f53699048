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

  Graph sample(Random& random) const override {
    std::vector<int32_t> from;
    int32_t elements = 1;
    for (int32_t i = random.integer(0, 4); i > 0; --i) {
      from.push_back(random.integer(1, 7));
      elements *= from.back();
    }
    const int32_t inner = elements % 2 == 0 ? 2 : 1;
    const Shape to = random.chance(0.5) ? Shape{1, elements} : Shape{elements / inner, 1, inner};
    return sample_reshaping(random, Op::reshape, Shape(std::move(from)), to);
  }
};

}  // namespace

const Operator& reshape_operator() {
  static const Reshape instance;
  return instance;
}

const Kernel& reshape_copy_kernel() {
  static const CopyKernel instance(Op::reshape);
  return instance;
}

}  // namespace burin
