// CONCATENATION and PACK lay tensors next to each other along one axis; SPLIT, SPLIT_V and UNPACK cut one
// apart.
#pragma once

#include "ops/movement/attributes.hpp"
#include "ops/movement/movement.hpp"
#include "ops/operator.hpp"

namespace burin {

// A TFLite axis, where it may count from the end, for a tensor of that rank.
int32_t resolved_axis(int64_t axis, size_t rank);
inline int32_t axis_of(const NodeView& view) {
  return view.attributes<AxisAttributes>().axis;
}
// The shape without the dimension, and the shape with a dimension of 1 in front of what is there.
Shape without_axis(const Shape& shape, int32_t axis);
Shape with_axis(const Shape& shape, int32_t axis);
// The shape with another extent along the axis.
Shape with_extent(const Shape& shape, int32_t axis, int32_t extent);

// Many inputs, one output. Each input is as many slices as the output's dimensions in front of the axis
// count.
class JoinOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.monotone = true, .linear_time = true}; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  void evaluate(const Evaluation& evaluation) const override;
};

// One input, many outputs.
class SeparateOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.linear_time = true}; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  void evaluate(const Evaluation& evaluation) const override;
};

}  // namespace burin

namespace burin::joining {

inline int64_t slices_of(const Shape& whole, int32_t axis) {
  return whole.elements(0, static_cast<size_t>(axis));
}

}  // namespace burin::joining
