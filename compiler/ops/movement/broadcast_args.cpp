// BROADCAST_ARGS: the shape that two shapes broadcast to, aligned at the last dimension.

#include "ops/constraints.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"operands and output are all int32 or all int64",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) &&
              (dtype == DType::s32 || dtype == DType::s64);
     }},
    {"the operands are of rank 1 and not empty",
     [](const NodeView& v) {
       const auto fits = [](const Shape& shape) { return shape.rank() == 1 && shape.elements() > 0; };
       return fits(v.input(0).type.shape) && fits(v.input(1).type.shape);
     }},
};

class BroadcastArgs final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::broadcast_args,
                                         .tflite_name = "BROADCAST_ARGS",
                                         .summary = "The shape that two shapes broadcast to.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override {
    return {{view.output().type.dtype,
             Shape{std::max(view.input(0).type.shape[0], view.input(1).type.shape[0])}}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    const int64_t count = evaluation.output().type.shape[0];
    const auto dimension = [&](size_t operand, int64_t i) -> int64_t {
      const int64_t own = i - (count - evaluation.input(operand).type.shape[0]);
      return own < 0 ? 1 : evaluation.input(operand).integer(static_cast<size_t>(own));
    };
    for (int64_t i = 0; i < count; ++i)
      evaluation.output().set_integer(static_cast<size_t>(i),
                                      dimension(0, i) == 1 ? dimension(1, i) : dimension(0, i));
  }
};

}  // namespace

const Operator& broadcast_args_operator() {
  static const BroadcastArgs instance;
  return instance;
}

}  // namespace burin
