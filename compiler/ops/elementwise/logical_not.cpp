// LOGICAL_NOT: true where the input is false.

#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are of booleans, and not empty",
     [](const NodeView& v) {
       return has_dtype(v.input(0), DType::boolean) && has_dtype(v.output(), DType::boolean) &&
              v.input(0).type.shape.elements() > 0;
     }},
};

class LogicalNot final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::logical_not,
                                         .tflite_name = "LOGICAL_NOT",
                                         .summary = "True where the input is false.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  IntegerFunction integer_function(const NodeView&, Rounding) const override {
    return [](int64_t x) -> int64_t { return x == 0 ? 1 : 0; };
  }
  RealFunction real_function(const NodeView&) const override {
    internal_error("LOGICAL_NOT has no float32 input", __FILE__, __LINE__);
  }
};

}  // namespace

const Operator& logical_not_operator() {
  static const LogicalNot instance;
  return instance;
}

}  // namespace burin
