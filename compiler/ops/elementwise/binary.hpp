// Operators on two tensors, element by element, with broadcasting: dimensions are aligned at the last one,
// and where one operand has 1 (or none), its element stands for the other's every element.
#pragma once

#include <optional>

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"

namespace burin {

// The shape that both operands broadcast to, where they do.
std::optional<Shape> broadcast_shape(const Shape& left, const Shape& right);
inline bool broadcasts(const NodeView& view) {
  return broadcast_shape(view.input(0).type.shape, view.input(1).type.shape).has_value();
}
inline constexpr std::string_view broadcasts_sentence =
    "the operands' dimensions are equal or 1, aligned at the last";

// Element of an operand that stands for element `index` of the output.
size_t broadcast_source(const Shape& output, const Shape& operand, size_t index);

// What they share as operators: infer, and no attributes.
class BinaryOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.elementwise = true, .linear_time = true}; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::vector<TensorType> infer(const NodeView& view) const override;

 protected:
  // Calls compute(output index, left index, right index) for every element of the output.
  template <class Compute>
  static void for_each_pair(const NodeView& view, Compute compute) {
    const Shape& output = view.output().type.shape;
    for (size_t i = 0; i < static_cast<size_t>(output.elements()); ++i)
      compute(i, broadcast_source(output, view.input(0).type.shape, i),
              broadcast_source(output, view.input(1).type.shape, i));
  }
};

// Unquantized int32 or int64: shapes, counts and indices.
inline bool is_plain_integer(const Tensor& tensor) {
  return has_dtype(tensor, DType::s32) || has_dtype(tensor, DType::s64);
}
// What an integer beyond the type of such a tensor wraps to, inside a fused activation's bounds.
int64_t plain_integer(uint64_t value, const NodeView& view);

}  // namespace burin

namespace burin::binary {

// Dimension `from_end` (0: the last) of a shape that is taken to have ones in front.
inline int32_t dimension(const Shape& shape, size_t from_end) {
  return from_end < shape.rank() ? shape.dims()[shape.rank() - 1 - from_end] : 1;
}

struct IntegerBounds {
  int64_t lowest;
  int64_t highest;
};

inline IntegerBounds plain_bounds(const NodeView& view) {
  const IntegerRange range = integer_range(view.output().type.dtype);
  switch (view.node.activation) {
    case Activation::none:
      break;
    case Activation::relu:
      return {0, range.highest};
    case Activation::relu6:
      return {0, 6};
    case Activation::relu_n1_to_1:
      return {-1, 1};
  }
  return {range.lowest, range.highest};
}

}  // namespace burin::binary
