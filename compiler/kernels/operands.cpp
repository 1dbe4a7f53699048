#include "kernels/operands.hpp"

namespace burin {

ElementType element_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return ElementType::f32;
    case DType::u8:
    case DType::boolean:
      return ElementType::u8;
    case DType::s16:
      return ElementType::s16;
    case DType::s32:
      return ElementType::s32;
    case DType::s8:
    case DType::s64:
      break;
  }
  return ElementType::s8;
}

KernelArgument operand_argument(const NodeView& view, size_t i, std::string role, KernelCall& call) {
  const Tensor& operand = view.input(i);
  if (!operand.is_constant()) return InputArgument{i};
  call.constants.push_back({std::move(role), element_type(operand.type.dtype), *operand.constant, 4});
  return ConstantArgument{call.constants.size() - 1};
}

void allow_in_place(const NodeView& view, size_t i, KernelCall& call) {
  const Tensor& operand = view.input(i);
  const Tensor& output = view.output();
  if (operand.is_constant() || operand.type.shape.elements() != output.type.shape.elements()) return;
  // Other widths: only bytes may be written where wider elements are still to be read, for the compiler
  // assumes that objects of different types do not overlap unless one is made of characters.
  const bool same = operand.type.dtype == output.type.dtype;
  const bool narrowing = byte_width(output.type.dtype) == 1;
  if (same || narrowing) call.overlaps.push_back({.input = i, .distance = 0});
}

}  // namespace burin
