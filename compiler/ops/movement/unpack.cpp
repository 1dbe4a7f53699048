// UNPACK: the slices of a tensor along one axis, which they lose.
#include "ops/constraints.hpp"
#include "ops/movement/joining.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"the input is not empty, and the axis is one of its axes",
     [](const NodeView& v) {
       const Shape& shape = v.input(0).type.shape;
       return shape.elements() > 0 && axis_of(v) >= 0 && static_cast<size_t>(axis_of(v)) < shape.rank();
     },
     DiagnosticCode::E0303},
    {"there are as many outputs as slices along the axis",
     [](const NodeView& v) {
       return static_cast<size_t>(v.input(0).type.shape[axis_of(v)]) == v.node.outputs.size();
     },
     DiagnosticCode::E0303},
};

class Unpack final : public SeparateOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::unpack,
                                         .tflite_name = "UNPACK",
                                         .summary = "The slices of a tensor along one axis, which they lose.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1024};
    return facts;
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    const TensorType& whole = view.input(0).type;
    return std::vector<TensorType>(view.node.outputs.size(),
                                   {whole.dtype, without_axis(whole.shape, axis_of(view))});
  }
};

}  // namespace

const Operator& unpack_operator() {
  static const Unpack instance;
  return instance;
}

}  // namespace burin
