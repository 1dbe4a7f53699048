#include "ops/value.hpp"

namespace burin {

int64_t Value::integer(size_t i) const {
  switch (type.dtype) {
    case DType::s8:
      return as<int8_t>()[i];
    case DType::u8:
    case DType::boolean:
      return as<uint8_t>()[i];
    case DType::s16:
      return as<int16_t>()[i];
    case DType::s32:
      return as<int32_t>()[i];
    case DType::s64:
      return as<int64_t>()[i];
    case DType::f32:
      break;
  }
  internal_error("an integer out of a floating-point tensor", __FILE__, __LINE__);
}

void Value::set_integer(size_t i, int64_t value) {
  switch (type.dtype) {
    case DType::s8:
      as<int8_t>()[i] = static_cast<int8_t>(value);
      return;
    case DType::u8:
    case DType::boolean:
      as<uint8_t>()[i] = static_cast<uint8_t>(value);
      return;
    case DType::s16:
      as<int16_t>()[i] = static_cast<int16_t>(value);
      return;
    case DType::s32:
      as<int32_t>()[i] = static_cast<int32_t>(value);
      return;
    case DType::s64:
      as<int64_t>()[i] = value;
      return;
    case DType::f32:
      break;
  }
  internal_error("an integer into a floating-point tensor", __FILE__, __LINE__);
}

Value initial_value(const Tensor& variable) {
  if (variable.constant) return Value::of(variable.type, variable.constant->bytes());
  Value value = Value::zeros(variable.type);
  if (variable.type.dtype != DType::f32 && variable.quantization.per_tensor())
    for (int64_t i = 0; i < variable.type.shape.elements(); ++i)
      value.set_integer(static_cast<size_t>(i), variable.quantization.zero_point());
  return value;
}

}  // namespace burin
