// ADD: output = activation(left + right), with broadcasting.
#include "ops/elementwise/sum.hpp"

namespace burin {
namespace {

class Add final : public SumOperator {
 public:
  Add() : SumOperator(1) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::add,
                                         .tflite_name = "ADD",
                                         .summary = "Sum of two tensors, element by element.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
};

}  // namespace

const Operator& add_operator() {
  static const Add instance;
  return instance;
}

const Kernel& add_f32_kernel() {
  static const BinaryF32Kernel instance("AddF32", Op::add, "One sum an element.");
  return instance;
}

const Kernel& add_quantized_kernel() {
  static const SumQuantizedKernel instance("AddQuantized", Op::add, 1,
                                           "Three requantisations an element, any broadcasting.");
  return instance;
}

const Kernel& add_s32_kernel() {
  static const BinaryS32Kernel instance("AddS32", Op::add, "One sum an element.");
  return instance;
}

const Kernel& add_s8_linear_kernel() {
  static const SumLinearKernel instance(Op::add, 1);
  return instance;
}

const Kernel& add_s8_proved_kernel() {
  static const SumProvedKernel instance(Op::add, 1);
  return instance;
}

}  // namespace burin
