// SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_PROD: one number for all elements along some of the dimensions.
#pragma once

#include "ops/kernel.hpp"
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

// A kernel of kernels/reduction.hpp.
class ReductionKernel final : public Kernel {
 public:
  ReductionKernel(Op op, ReductionKind kind)
      : facts_{"Reduce", op, KernelSet::generic, "kernels/reduction.hpp",
               "One step an element of the input, any dimensions."},
        kind_(kind) {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
  ReductionKind kind_;
};

// Sums of quantised numbers, which are scaled.
class QuantizedSumKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override;
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
