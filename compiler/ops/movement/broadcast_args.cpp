// BROADCAST_ARGS: the shape that two shapes broadcast to, aligned at the last dimension.
#include "kernels/broadcast_args.hpp"

#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"

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

class BroadcastArgsKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"BroadcastArgs", Op::broadcast_args, KernelSet::generic,
                                       "kernels/broadcast_args.hpp", "One comparison a dimension."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    for (size_t i = 0; i < 2; ++i)
      if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
        return Refusal{"an int64 operand is computed"};
    KernelCall call;
    call.geometry = {{"left", view.input(0).type.shape[0]}, {"right", view.input(1).type.shape[0]}};
    call.arguments = {operand_argument(view, 0, "left", call)};
    call.arguments.push_back(operand_argument(view, 1, "right", call));
    call.arguments.push_back(OutputArgument{0});
    call.work.instructions = 30 + 12 * view.output().type.shape.elements();
    call.code_bytes = 80;
    return call;
  }
};

}  // namespace

const Operator& broadcast_args_operator() {
  static const BroadcastArgs instance;
  return instance;
}

const Kernel& broadcast_args_kernel() {
  static const BroadcastArgsKernel instance;
  return instance;
}

}  // namespace burin
