// PACK: tensors of one shape next to each other along a new axis.
#include "ops/constraints.hpp"
#include "ops/movement/joining.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"inputs and output are of one type, and the inputs have one shape and are not empty",
     [](const NodeView& v) {
       for (size_t i = 0; i < v.node.inputs.size(); ++i)
         if (!v.has_input(i) || v.input(i).type.dtype != v.output().type.dtype ||
             v.input(i).type.shape != v.input(0).type.shape || v.input(i).type.shape.elements() == 0)
           return false;
       return true;
     }},
    {"the axis is one of the output's",
     [](const NodeView& v) {
       return axis_of(v) >= 0 && static_cast<size_t>(axis_of(v)) <= v.input(0).type.shape.rank();
     },
     DiagnosticCode::E0303},
};

class Pack final : public JoinOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{
        .op = Op::pack,
        .tflite_name = "PACK",
        .summary = "Tensors of one shape next to each other along a new axis.",
        .minimum_inputs = 1,
        .maximum_inputs = 1024,
        .minimum_outputs = 1,
        .maximum_outputs = 1};
    return facts;
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    const auto count = static_cast<int32_t>(view.node.inputs.size());
    const Shape one = with_axis(view.input(0).type.shape, axis_of(view));
    return {{view.output().type.dtype, with_extent(one, axis_of(view), count)}};
  }
};

}  // namespace

const Operator& pack_operator() {
  static const Pack instance;
  return instance;
}

}  // namespace burin
