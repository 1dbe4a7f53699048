// LOGISTIC: 1 / (1 + exp(-x)).
#include "ops/elementwise/sigmoidal.hpp"

namespace burin {
namespace {

class Logistic final : public SigmoidalOperator {
 public:
  Logistic() : SigmoidalOperator(false) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::logistic,
                                         .tflite_name = "LOGISTIC",
                                         .summary = "The logistic function, 0 to 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& logistic_operator() {
  static const Logistic instance;
  return instance;
}

const Kernel& logistic_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"LogisticF32", Op::logistic, KernelSet::generic, "kernels/sigmoid_f32.hpp",
       "One call of the C library an element."},
      [](const NodeView&) { return std::vector<float>(); },
      {.instructions = 10, .float_products = 2, .float_functions = 1}, 120);
  return instance;
}

const Kernel& logistic_lookup_kernel() {
  static const LookupKernel instance(Op::logistic);
  return instance;
}

const Kernel& logistic_s16_kernel() {
  static const SigmoidS16Kernel instance("LogisticS16", Op::logistic);
  return instance;
}

}  // namespace burin
