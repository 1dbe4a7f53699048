// REVERSE_V2: the elements along some of the dimensions in the opposite order.
#include "ops/movement/attributes.hpp"
#include "ops/movement/rearrangement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {keeps_type_sentence, keeps_type},
    {"the axes are constant and the input's, each at most once",
     [](const NodeView& v) {
       std::vector<int32_t> axes = v.attributes<ReverseAttributes>().axes;
       std::ranges::sort(axes);
       return std::ranges::adjacent_find(axes) == axes.end() && std::ranges::all_of(axes, [&](int32_t axis) {
                return axis >= 0 && static_cast<size_t>(axis) < v.input(0).type.shape.rank();
              });
     }},
};

class ReverseV2 final : public RearrangingOperator {
 public:
  ReverseV2()
      : RearrangingOperator(Op::reverse_v2, "REVERSE_V2", "The opposite order along some dimensions.") {}
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<ReverseAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.input(0).type}; }

  Movement movement(const NodeView& view) const override {
    const Shape& shape = view.input(0).type.shape;
    const std::vector<int64_t> strides = dense_strides(shape);
    const std::vector<int32_t>& axes = view.attributes<ReverseAttributes>().axes;
    Movement movement;
    for (size_t i = 0; i < strides.size(); ++i) {
      const bool backwards = std::ranges::find(axes, static_cast<int32_t>(i)) != axes.end();
      if (backwards) movement.offset += (shape.dims()[i] - 1) * strides[i];
      movement.axes.push_back({shape.dims()[i], backwards ? -strides[i] : strides[i]});
    }
    return movement;
  }
};

}  // namespace

const Operator& reverse_v2_operator() {
  static const ReverseV2 instance;
  return instance;
}

}  // namespace burin
