// READ_VARIABLE: the value that a variable has now. Its position among the nodes says when.

#include "ops/movement/movement.hpp"
#include "ops/movement/reshaping.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    // A constant is a variable that nothing assigns.
    {"the operand is a variable or a constant",
     [](const NodeView& v) { return v.input(0).variable || v.input(0).is_constant(); }},
};

class ReadVariable final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::read_variable,
                                         .tflite_name = "READ_VARIABLE",
                                         .summary = "The value that a variable has now.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.input(0).type}; }
  void evaluate(const Evaluation& evaluation) const override {
    evaluation.output().bytes = evaluation.input(0).bytes;
  }
};

}  // namespace

const Operator& read_variable_operator() {
  static const ReadVariable instance;
  return instance;
}

}  // namespace burin
