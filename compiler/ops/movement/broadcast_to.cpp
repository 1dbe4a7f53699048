// BROADCAST_TO: dimensions of one element, and those that lack in front, repeated to a larger shape.
#include "ops/movement/rearrangement.hpp"

namespace burin {
namespace {

// The input's dimension that stands at `axis` of the output.
int32_t own_extent(const NodeView& view, size_t axis) {
  const Shape& from = view.input(0).type.shape;
  const size_t missing = view.output().type.shape.rank() - from.rank();
  return axis < missing ? 1 : from.dims()[axis - missing];
}

constexpr Constraint constraint_list[] = {
    {keeps_type_sentence, keeps_type},
    {"the input's dimensions are the output's or 1, aligned at the last",
     [](const NodeView& v) {
       const Shape& to = v.output().type.shape;
       if (to.rank() < v.input(0).type.shape.rank() || to.elements() == 0) return false;
       for (size_t i = 0; i < to.rank(); ++i)
         if (own_extent(v, i) != 1 && own_extent(v, i) != to.dims()[i]) return false;
       return true;
     }},
};

class BroadcastTo final : public RearrangingOperator {
 public:
  BroadcastTo()
      : RearrangingOperator(Op::broadcast_to, "BROADCAST_TO", "Dimensions of one element repeated.") {}
  std::span<const Constraint> constraints() const override { return constraint_list; }

  Movement movement(const NodeView& view) const override {
    const Shape& to = view.output().type.shape;
    Movement movement;
    int64_t stride = 1;
    for (size_t i = to.rank(); i-- > 0;) {
      movement.axes.insert(movement.axes.begin(), {to.dims()[i], own_extent(view, i) == 1 ? 0 : stride});
      stride *= own_extent(view, i);
    }
    return movement;
  }
};

}  // namespace

const Operator& broadcast_to_operator() {
  static const BroadcastTo instance;
  return instance;
}

}  // namespace burin
