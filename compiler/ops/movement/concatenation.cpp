// CONCATENATION: tensors next to each other along one of their axes.
#include "ops/constraints.hpp"
#include "ops/movement/joining.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

bool shapes_agree(const NodeView& view) {
  const Shape& output = view.output().type.shape;
  const int32_t axis = axis_of(view);
  int64_t extent = 0;
  for (size_t i = 0; i < view.node.inputs.size(); ++i) {
    if (!view.has_input(i)) return false;
    const Shape& part = view.input(i).type.shape;
    if (part.rank() != output.rank() || part.elements() == 0 ||
        with_extent(part, axis, 1) != with_extent(output, axis, 1))
      return false;
    extent += part[axis];
  }
  return extent == output[axis];
}

constexpr Constraint constraint_list[] = {
    {"inputs and output are of one type",
     [](const NodeView& v) {
       for (size_t i = 0; i < v.node.inputs.size(); ++i)
         if (!v.has_input(i) || v.input(i).type.dtype != v.output().type.dtype) return false;
       return true;
     }},
    {"the axis is one of the output's",
     [](const NodeView& v) {
       return axis_of(v) >= 0 && static_cast<size_t>(axis_of(v)) < v.output().type.shape.rank();
     },
     DiagnosticCode::E0303},
    {"inputs are not empty and as long as the output along every axis but the one, and add up to it there",
     shapes_agree, DiagnosticCode::E0303},
};

class Concatenation final : public JoinOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::concatenation,
                                         .tflite_name = "CONCATENATION",
                                         .summary = "Tensors next to each other along one of their axes.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1024,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }
  bool is_channelwise(const NodeView& view) const override {
    return axis_of(view) + 1 < static_cast<int32_t>(view.output().type.shape.rank());
  }

  std::vector<TensorType> infer(const NodeView& view) const override { return {view.output().type}; }
};

}  // namespace

const Operator& concatenation_operator() {
  static const Concatenation instance;
  return instance;
}

}  // namespace burin
