// SHAPE: a tensor's dimensions. Shapes are static, so that the result is always known at compile time.
#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"the output is int32 or int64",
     [](const NodeView& v) {
       return has_dtype(v.output(), DType::s32) || has_dtype(v.output(), DType::s64);
     }},
};

class ShapeOperator final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::shape,
                                         .tflite_name = "SHAPE",
                                         .summary = "The dimensions of a tensor, folded to a constant.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .needs_only_types = true};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override {
    return {{view.output().type.dtype, Shape{static_cast<int32_t>(view.input(0).type.shape.rank())}}};
  }
  void evaluate(const Evaluation& evaluation) const override {
    const Shape& shape = evaluation.view.input(0).type.shape;
    for (size_t i = 0; i < shape.rank(); ++i) evaluation.output().set_integer(i, shape.dims()[i]);
  }
};

}  // namespace

const Operator& shape_operator() {
  static const ShapeOperator instance;
  return instance;
}

}  // namespace burin
