// ASSIGN_VARIABLE: gives a variable a value, for the nodes that follow and for the next invocation.
#include "kernels/copy.hpp"

#include "ops/elementwise.hpp"
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

class AssignVariableKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Copy", Op::assign_variable, KernelSet::generic, "kernels/copy.hpp",
                                       "Copies the bytes."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const int64_t bytes = view.input(0).type.bytes();
    KernelCall call;
    call.geometry = {{"bytes", static_cast<int32_t>(bytes)}};
    call.arguments = {operand_argument(view, 1, "value", call), InputArgument{0}};
    call.work.instructions = 30 + bytes;
    call.code_bytes = 24;
    return call;
  }
};

}  // namespace

const Operator& assign_variable_operator() {
  static const AssignVariable instance;
  return instance;
}

const Kernel& assign_variable_copy_kernel() {
  static const AssignVariableKernel instance;
  return instance;
}

}  // namespace burin
