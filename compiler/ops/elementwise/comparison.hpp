// EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL: booleans, of two tensors, with broadcasting.
// LOGICAL_AND and LOGICAL_OR are such relations of booleans.
#pragma once

#include "ops/elementwise/binary.hpp"

namespace burin {

// In the order of kernels/comparison.hpp.
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

// The definition for int8: both operands brought to one scale. A kernel of kernels/comparison_scaled.hpp.
class ScaledComparisonKernel final : public Kernel {
 public:
  ScaledComparisonKernel(Op op, Relation relation)
      : facts_{"CompareScaled", op, KernelSet::generic, "kernels/comparison_scaled.hpp",
               "int8, two requantizations an element, any broadcasting."},
        relation_(relation) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  Relation relation_;
};

class ComparisonKernel final : public Kernel {
 public:
  ComparisonKernel(Op op, Relation relation)
      : facts_{"Compare", op, KernelSet::generic, "kernels/comparison.hpp",
               "One comparison an element, any broadcasting."},
        relation_(relation) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  Relation relation_;
};

}  // namespace burin
