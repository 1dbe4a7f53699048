#include "ops/operator.hpp"

#include <fmt/format.h>

#include "ops/copying.hpp"

namespace burin {

#define BURIN_OPERATOR(name) const Operator& name##_operator();
#include "ops/ops.def"
#undef BURIN_OPERATOR

const Operator& operator_of(Op op) {
  switch (op) {
#define BURIN_OPERATOR(name) \
  case Op::name:             \
    return name##_operator();
#include "ops/ops.def"
#undef BURIN_OPERATOR
  }
  internal_error("an operator outside of ops.def", __FILE__, __LINE__);
}

std::vector<const Operator*> all_operators() {
  return {
#define BURIN_OPERATOR(name) &name##_operator(),
#include "ops/ops.def"
#undef BURIN_OPERATOR
  };
}

namespace {

std::string operands(const NodeView& view) {
  std::string text;
  for (size_t i = 0; i < view.node.inputs.size(); ++i)
    text += (i ? ", " : "") + (view.has_input(i) ? describe_type(view.input(i).type) : std::string("none"));
  return text;
}

Diagnostic finding(DiagnosticCode code, const NodeView& view, std::string message, std::string help = {}) {
  return {.code = code,
          .message = fmt::format("operator {}: {}", operator_of(view.node).facts().tflite_name, message),
          .place = fmt::format("{}, input {}", describe_place(view.node), operands(view)),
          .help = std::move(help),
          .file = {}};
}

}  // namespace

Diagnostics check_operator(const NodeView& view) {
  Diagnostics findings;
  const Operator& definition = operator_of(view.node);
  const OperatorFacts& facts = definition.facts();
  const auto inputs = static_cast<int32_t>(view.node.inputs.size());
  const auto outputs = static_cast<int32_t>(view.node.outputs.size());
  if (inputs < facts.minimum_inputs || inputs > facts.maximum_inputs || outputs < facts.minimum_outputs ||
      outputs > facts.maximum_outputs) {
    findings.push_back(
        finding(DiagnosticCode::E0303, view,
                fmt::format("{} inputs and {} outputs are not what it takes", inputs, outputs)));
    return findings;
  }
  for (int32_t i = 0; i < facts.minimum_inputs; ++i) {
    if (view.has_input(static_cast<size_t>(i))) continue;
    findings.push_back(finding(DiagnosticCode::E0303, view, fmt::format("input {} is missing", i)));
    return findings;
  }
  if (view.node.activation != Activation::none && !facts.activation) {
    findings.push_back(finding(DiagnosticCode::E0402, view, "cannot carry a fused activation"));
    return findings;
  }
  if (view.node.keeps_infinities && !facts.limits_reals()) {
    findings.push_back(finding(DiagnosticCode::E0303, view, "does not clamp infinities anyway"));
    return findings;
  }
  for (const Constraint& constraint : definition.constraints()) {
    if (constraint.holds(view)) continue;
    findings.push_back(finding(constraint.code, view, std::string(constraint.sentence),
                               fmt::format("`burin ops --json` lists what {} supports", facts.tflite_name)));
    return findings;  // later constraints rely on this one
  }
  if (copies_elements(view.node.op))
    if (const auto mismatch = quantization_mismatch(view)) {
      findings.push_back(finding(DiagnosticCode::E0402, view, "it copies elements, and " + *mismatch,
                                 "quantize both alike, or put a QUANTIZE between them"));
      return findings;
    }
  const std::vector<TensorType> inferred = definition.infer(view);
  for (size_t i = 0; i < view.node.outputs.size(); ++i) {
    if (inferred.at(i) == view.output(i).type) continue;
    findings.push_back(finding(DiagnosticCode::E0303, view,
                               fmt::format("output {} is declared {} but must be {}", i,
                                           describe_type(view.output(i).type), describe_type(inferred[i]))));
  }
  return findings;
}

Diagnostics check_operators(const Graph& graph) {
  Diagnostics findings;
  for (const Node& node : graph.nodes)
    for (Diagnostic& found : check_operator({graph, node})) findings.push_back(std::move(found));
  return findings;
}

}  // namespace burin
