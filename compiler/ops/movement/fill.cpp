// FILL: one number for every element. The operand that holds the shape is dropped: the output has it.
#include "ops/movement/rearrangement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"value and output have the same type",
     [](const NodeView& v) { return v.input(0).type.dtype == v.output().type.dtype; }},
    {"the value is one element", [](const NodeView& v) { return v.input(0).type.shape.elements() == 1; }},
};

class Fill final : public RearrangingOperator {
 public:
  Fill() : RearrangingOperator(Op::fill, "FILL", "One number for every element.") {}
  std::span<const Constraint> constraints() const override { return constraint_list; }
  Movement movement(const NodeView& view) const override {
    Movement movement;
    for (const int32_t extent : view.output().type.shape.dims()) movement.axes.push_back({extent, 0});
    return movement;
  }
};

}  // namespace

const Operator& fill_operator() {
  static const Fill instance;
  return instance;
}

}  // namespace burin
