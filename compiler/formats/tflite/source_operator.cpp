#include "formats/tflite/source_operator.hpp"

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

}  // namespace burin
