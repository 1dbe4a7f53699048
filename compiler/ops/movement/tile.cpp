// TILE: the input repeated along each dimension, as often as it fits into the output's.
#include "ops/movement/rearrangement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {keeps_type_sentence, keeps_type},
    {"the input is of rank 1 to 4, and its dimensions divide the output's",
     [](const NodeView& v) {
       const Shape& from = v.input(0).type.shape;
       const Shape& to = v.output().type.shape;
       if (from.rank() < 1 || from.rank() > 4 || to.rank() != from.rank() || to.elements() == 0) return false;
       for (size_t i = 0; i < to.rank(); ++i)
         if (to.dims()[i] % from.dims()[i] != 0) return false;
       return true;
     }},
};

class Tile final : public RearrangingOperator {
 public:
  Tile() : RearrangingOperator(Op::tile, "TILE", "The input repeated along each dimension.") {}
  std::span<const Constraint> constraints() const override { return constraint_list; }

  Movement movement(const NodeView& view) const override {
    const Shape& from = view.input(0).type.shape;
    const std::vector<int64_t> strides = dense_strides(from);
    Movement movement;
    for (size_t i = 0; i < strides.size(); ++i) {
      movement.axes.push_back({view.output().type.shape.dims()[i] / from.dims()[i], 0});
      movement.axes.push_back({from.dims()[i], strides[i]});
    }
    return movement;
  }
};

}  // namespace

const Operator& tile_operator() {
  static const Tile instance;
  return instance;
}

}  // namespace burin
