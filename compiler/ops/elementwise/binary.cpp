#include "ops/elementwise/binary.hpp"

#include "ops/numerics.hpp"

namespace burin {

using namespace binary;

std::optional<Shape> broadcast_shape(const Shape& left, const Shape& right) {
  const size_t rank = std::max(left.rank(), right.rank());
  std::vector<int32_t> dims(rank);
  for (size_t i = 0; i < rank; ++i) {
    const int32_t l = dimension(left, i);
    const int32_t r = dimension(right, i);
    if (l != r && l != 1 && r != 1) return std::nullopt;
    dims[rank - 1 - i] = l == 1 ? r : l;
  }
  return Shape(std::move(dims));
}

size_t broadcast_source(const Shape& output, const Shape& operand, size_t index) {
  size_t source = 0;
  size_t stride = 1;
  for (size_t i = 0; i < output.rank(); ++i) {
    const auto extent = static_cast<size_t>(dimension(output, i));
    const auto own = static_cast<size_t>(dimension(operand, i));
    if (own != 1) source += index % extent * stride;
    stride *= own;
    index /= extent;
  }
  return source;
}

Attributes BinaryOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                            std::string& error) const {
  return attributes_from_list<NoAttributes>(list, error);
}

std::vector<TensorType> BinaryOperator::infer(const NodeView& view) const {
  return {{view.output().type.dtype, *broadcast_shape(view.input(0).type.shape, view.input(1).type.shape)}};
}

int64_t plain_integer(uint64_t value, const NodeView& view) {
  const IntegerBounds bounds = plain_bounds(view);
  const int64_t wrapped =
      has_dtype(view.output(), DType::s32) ? static_cast<int32_t>(value) : static_cast<int64_t>(value);
  return std::clamp(wrapped, bounds.lowest, bounds.highest);
}

}  // namespace burin
