// SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_PROD: one number for all elements along some of the dimensions.
#pragma once

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"
#include "ops/numerics.hpp"
#include "ops/operator.hpp"
#include "ops/reduction/attributes.hpp"

namespace burin {

enum class ReductionKind : uint8_t { sum, maximum, minimum, product };

class ReductionOperator final : public Operator {
 public:
  ReductionOperator(Op op, std::string_view tflite_name, std::string_view summary, ReductionKind kind)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 1,
               .maximum_inputs = 1,
               .minimum_outputs = 1,
               .maximum_outputs = 1,
               .extremum = kind == ReductionKind::maximum || kind == ReductionKind::minimum},
        kind_(kind) {}
  const OperatorFacts& facts() const override { return facts_; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
  ReductionKind kind_;
};

}  // namespace burin

namespace burin::reduction {

inline const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

inline bool is_reduced(const NodeView& view, size_t dimension) {
  const std::vector<int32_t>& axes = view.attributes<ReductionAttributes>().axes;
  return std::ranges::find(axes, static_cast<int32_t>(dimension)) != axes.end();
}

inline bool is_quantized_sum(const NodeView& view) {
  return view.node.op == Op::sum &&
         (has_dtype(view.output(), DType::s8) || has_dtype(view.output(), DType::s16));
}

inline int64_t reduced_elements(const NodeView& view) {
  return input_shape(view).elements() / view.output().type.shape.elements();
}

inline FixedPointMultiplier sum_factor(const NodeView& view) {
  return fixed_point(static_cast<double>(view.input(0).quantization.scale()) /
                     static_cast<double>(view.output().quantization.scale()));
}

}  // namespace burin::reduction
