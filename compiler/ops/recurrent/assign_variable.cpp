// ASSIGN_VARIABLE: gives a variable a value, for the nodes that follow and for the next invocation.

#include "ops/movement/movement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"the first operand is a variable", [](const NodeView& v) { return v.input(0).variable; }},
    {"the value has the variable's type",
     [](const NodeView& v) { return v.input(0).type == v.input(1).type; }, DiagnosticCode::E0303},
};

class AssignVariable final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::assign_variable,
                                         .tflite_name = "ASSIGN_VARIABLE",
                                         .summary = "Gives a variable a value, also for the next invocation.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 0,
                                         .maximum_outputs = 0,
                                         .changes_state = true};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView&) const override { return {}; }
  void evaluate(const Evaluation& evaluation) const override {
    evaluation.state[0]->bytes = evaluation.input(1).bytes;
  }
};

}  // namespace

const Operator& assign_variable_operator() {
  static const AssignVariable instance;
  return instance;
}

}  // namespace burin
