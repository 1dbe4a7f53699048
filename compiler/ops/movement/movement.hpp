// Operators that only move elements, whatever their type: the output is the input read in another order, or a
// part of it.
#pragma once

#include "ops/operator.hpp"

namespace burin {

// Element (i0, i1, …) of a dense output is element offset + i0 * stride0 + i1 * stride1 + … of the input.
struct Movement {
  struct Axis {
    int32_t extent;
    int64_t stride;
  };
  int64_t offset = 0;
  std::vector<Axis> axes;  // outermost first, one for each dimension that is run over
};

// Elements that one step along each of the shape's axes moves by.
std::vector<int64_t> dense_strides(const Shape& shape);

class MovementOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.monotone = true, .linear_time = true}; }
  // The constraints hold.
  virtual Movement movement(const NodeView& view) const = 0;
  void evaluate(const Evaluation& evaluation) const override;
};

}  // namespace burin
