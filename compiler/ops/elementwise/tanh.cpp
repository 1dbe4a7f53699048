// TANH: (exp(x) - exp(-x)) / (exp(x) + exp(-x)).
#include "ops/elementwise/sigmoidal.hpp"

namespace burin {
namespace {

class Tanh final : public SigmoidalOperator {
 public:
  Tanh() : SigmoidalOperator(true) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::tanh,
                                         .tflite_name = "TANH",
                                         .summary = "The hyperbolic tangent, -1 to 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& tanh_operator() {
  static const Tanh instance;
  return instance;
}

const Kernel& tanh_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"TanhF32", Op::tanh, KernelSet::generic, "kernels/sigmoid_f32.hpp",
       "One call of the C library an element."},
      [](const NodeView&) { return std::vector<float>(); },
      {.instructions = 10, .float_products = 2, .float_functions = 1}, 120);
  return instance;
}

const Kernel& tanh_lookup_kernel() {
  static const LookupKernel instance(Op::tanh);
  return instance;
}

const Kernel& tanh_s16_kernel() {
  static const SigmoidS16Kernel instance("TanhS16", Op::tanh);
  return instance;
}

}  // namespace burin
