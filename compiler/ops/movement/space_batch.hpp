// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: the pixels of every phase of a grid as an image of its own, and
// back.
#pragma once

#include "ops/kernel.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"

namespace burin {

class SpaceBatchOperator final : public Operator {
 public:
  SpaceBatchOperator(Op op, std::string_view tflite_name, std::string_view summary, bool to_batch)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 1,
               .maximum_inputs = 1,
               .minimum_outputs = 1,
               .maximum_outputs = 1},
        to_batch_(to_batch) {}
  const OperatorFacts& facts() const override { return facts_; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  // The declared shape: attributes leave open what lies behind the last row and column.
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.output().type}; }
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
  bool to_batch_;
};

class SpaceBatchKernel final : public Kernel {
 public:
  SpaceBatchKernel(Op op, bool to_batch)
      : facts_{to_batch ? "SpaceToBatch" : "BatchToSpace", op, KernelSet::generic, "kernels/space_batch.hpp",
               "Copies pixel after pixel."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
