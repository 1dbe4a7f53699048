// SLICE and STRIDED_SLICE: every step-th element along each axis, between two bounds.
#pragma once

#include "ops/movement/movement.hpp"

namespace burin {

// By axis of the input. A reader has resolved masks, negative indices and clamping.
struct SliceAttributes {
  std::vector<int32_t> begin;
  std::vector<int32_t> step;  // may be negative
  std::vector<int32_t> extent;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("begin", self.begin);
    visit("step", self.step);
    visit("extent", self.extent);
  }
};

// The output's dimensions are the extents, with any dimensions of 1 dropped or added.
class SliceOperator : public MovementOperator {
 public:
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  Movement movement(const NodeView& view) const override;
  Graph sample(Random& random) const override;
};

}  // namespace burin
