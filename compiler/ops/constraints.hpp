// Predicates that several operators' constraints share.
#pragma once

#include "ops/operator.hpp"

namespace burin {

inline bool is_quantized_per_tensor(const Tensor& tensor) {
  return tensor.quantization.per_tensor();
}

// A real-valued tensor: float32, or an integer type with one scale.
inline bool is_real(const Tensor& tensor) {
  return tensor.type.dtype == DType::f32 || is_quantized_per_tensor(tensor);
}

inline bool has_dtype(const Tensor& tensor, DType dtype) {
  return tensor.type.dtype == dtype;
}

// An operand that is absent, or a constant of that type with that many elements.
inline bool is_constant_vector_or_absent(const NodeView& view, size_t input, DType dtype, int64_t elements) {
  if (!view.has_input(input)) return true;
  const Tensor& tensor = view.input(input);
  return tensor.is_constant() && tensor.type.dtype == dtype && tensor.type.shape.elements() == elements;
}

}  // namespace burin
