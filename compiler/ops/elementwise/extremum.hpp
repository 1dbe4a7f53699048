// What MINIMUM and MAXIMUM share. Quantised numbers are compared as they are stored, as TensorFlow Lite's
// reference does; converters give both operands and the output one quantisation.
#pragma once

#include "ops/elementwise/binary.hpp"

namespace burin {

class ExtremumOperator : public BinaryOperator {
 public:
  explicit ExtremumOperator(bool greater) : greater_(greater) {}
  std::span<const Constraint> constraints() const override;
  OperatorTraits traits() const override {
    return {.elementwise = true, .monotone_in_each = true, .linear_time = true};
  }
  void evaluate(const Evaluation& evaluation) const override;

 private:
  bool greater_;
};

class ExtremumKernel final : public Kernel {
 public:
  ExtremumKernel(std::string_view name, Op op)
      : facts_{name, op, KernelSet::generic, "kernels/extremum.hpp",
               "One comparison an element, any broadcasting."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
