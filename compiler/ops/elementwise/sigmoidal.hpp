// What LOGISTIC and TANH share. On int8 both are gemmlowp's fixed-point functions of an argument with four
// integer bits; on int16, straight lines between tabulated values.
#pragma once

#include "ops/elementwise/unary.hpp"

namespace burin {

class SigmoidalOperator : public UnaryOperator {
 public:
  // The outputs' ranges are fixed: -1 to 1 for TANH, 0 to 1 for LOGISTIC.
  explicit SigmoidalOperator(bool is_tanh) : is_tanh_(is_tanh) {}
  std::span<const Constraint> constraints() const override;

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override;
  RealFunction real_function(const NodeView& view) const override;

 private:
  bool is_tanh_;
};

// LogisticS16 or TanhS16.
class SigmoidS16Kernel final : public Kernel {
 public:
  SigmoidS16Kernel(std::string_view name, Op op)
      : facts_{name, op, KernelSet::generic, "kernels/unary_sigmoid_s16.hpp",
               "Straight lines between 256 values of the logistic function."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
