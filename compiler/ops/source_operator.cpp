#include "ops/source_operator.hpp"

#include "ops/value.hpp"

namespace burin {

std::optional<std::vector<int64_t>> SourceOperator::constant_integers(size_t i) const {
  if (!has_input(i)) return std::nullopt;
  const Tensor& operand = input(i);
  if (!operand.is_constant() || operand.type.dtype == DType::f32) return std::nullopt;
  if (static_cast<int64_t>(operand.constant->bytes().size()) != operand.type.bytes()) return std::nullopt;
  const Value value = Value::of(operand.type, operand.constant->bytes());
  std::vector<int64_t> result;
  for (int64_t k = 0; k < operand.type.shape.elements(); ++k)
    result.push_back(value.integer(static_cast<size_t>(k)));
  return result;
}

Result<Activation> tflite_activation(const SourceOperator& source) {
  switch (source.integer("fused_activation_function")) {
    case 0:
      return Activation::none;
    case 1:
      return Activation::relu;
    case 2:
      return Activation::relu_n1_to_1;
    case 3:
      return Activation::relu6;
    default:
      return Diagnostic{.code = DiagnosticCode::E0402,
                        .message = "the fused activation is not one of RELU, RELU_N1_TO_1 and RELU6",
                        .help = "export the activation as an operator of its own"};
  }
}

}  // namespace burin
