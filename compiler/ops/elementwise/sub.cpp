// SUB: output = activation(left - right), with broadcasting.
#include "ops/elementwise/sum.hpp"

namespace burin {
namespace {

class Sub final : public SumOperator {
 public:
  Sub() : SumOperator(-1) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::sub,
                                         .tflite_name = "SUB",
                                         .summary = "Difference of two tensors, element by element.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
};

}  // namespace

const Operator& sub_operator() {
  static const Sub instance;
  return instance;
}

const Kernel& sub_f32_kernel() {
  static const BinaryF32Kernel instance("SubtractF32", Op::sub, "One difference an element.");
  return instance;
}

const Kernel& sub_quantized_kernel() {
  static const SumQuantizedKernel instance("SubtractQuantized", Op::sub, -1,
                                           "Three requantisations an element, any broadcasting.");
  return instance;
}

const Kernel& sub_s32_kernel() {
  static const BinaryS32Kernel instance("SubtractS32", Op::sub, "One difference an element.");
  return instance;
}

const Kernel& sub_s8_linear_kernel() {
  static const SumLinearKernel instance(Op::sub, -1);
  return instance;
}

const Kernel& sub_s8_proved_kernel() {
  static const SumProvedKernel instance(Op::sub, -1);
  return instance;
}

}  // namespace burin
