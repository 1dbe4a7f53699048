// LEAKY_RELU: x for positive x, alpha * x for negative.
#include <cmath>

#include "ops/elementwise/attributes.hpp"
#include "ops/elementwise/leaky_relu.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

using namespace leaky_relu;

namespace {

constexpr Constraint constraint_list[] = {{wide_unary_type_sentence, is_wide_unary_type}};

class LeakyRelu final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::leaky_relu,
                                         .tflite_name = "LEAKY_RELU",
                                         .summary = "A smaller slope where the input is negative.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<LeakyReluAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override {
    return [rounding, function = slopes(view)](int64_t x) { return function(x, rounding); };
  }
  RealFunction real_function(const NodeView& view) const override {
    return [alpha = view.attributes<LeakyReluAttributes>().alpha](float x) { return x > 0 ? x : x * alpha; };
  }
};

}  // namespace

const Operator& leaky_relu_operator() {
  static const LeakyRelu instance;
  return instance;
}

}  // namespace burin
