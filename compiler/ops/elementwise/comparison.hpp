// EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL: booleans, of two tensors, with broadcasting.
// LOGICAL_AND and LOGICAL_OR are such relations of booleans.
#pragma once

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "ops/operator.hpp"

namespace burin {

// In the order of generic/comparison.hpp.
enum class Relation : uint8_t { equal, not_equal, greater, greater_equal, less, less_equal, both, either };

class ComparisonOperator final : public BinaryOperator {
 public:
  ComparisonOperator(Op op, std::string_view tflite_name, std::string_view summary, Relation relation)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 2,
               .maximum_inputs = 2,
               .minimum_outputs = 1,
               .maximum_outputs = 1},
        relation_(relation) {}
  const OperatorFacts& facts() const override { return facts_; }
  std::span<const Constraint> constraints() const override;
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
  Relation relation_;
};

}  // namespace burin

namespace burin::comparison {

// Numbers of one scale compare as they are stored; of int8 not where the definition's fixed point is so
// coarse that neighbors become equal.
inline bool compares_as_stored(const NodeView& view) {
  const Quantization& q = view.input(0).quantization;
  return q == view.input(1).quantization &&
         (!has_dtype(view.input(0), DType::s8) || !q.present() || (q.per_tensor() && q.scale() >= 0x1p-7f));
}

// An int8 operand times 2^8 and its scale, which is below 1.
struct ScaledOperand {
  int32_t zero_point;
  FixedPointMultiplier factor;

  int32_t operator()(int64_t x, Rounding rounding) const {
    return multiply_by_fixed_point(static_cast<int32_t>(x - zero_point) * 256, factor, rounding);
  }
};

inline ScaledOperand scaled_operand(const NodeView& view, size_t i) {
  const Quantization& q = view.input(i).quantization;
  return {q.zero_point(), fixed_point(static_cast<double>(q.scale()))};
}

inline bool is_logical(Relation relation) {
  return relation == Relation::both || relation == Relation::either;
}

}  // namespace burin::comparison
