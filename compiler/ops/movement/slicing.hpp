// SLICE and STRIDED_SLICE: every step-th element along each axis, between two bounds.
#pragma once

#include "ops/movement/attributes.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

// The output's dimensions are the extents, with any dimensions of 1 dropped or added.
class SliceOperator : public MovementOperator {
 public:
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  Movement movement(const NodeView& view) const override;
};

}  // namespace burin
