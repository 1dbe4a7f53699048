// RELU: max(x, 0).
#include "ops/elementwise/rectifier.hpp"

namespace burin {
namespace {

class Relu final : public Rectifier {
 public:
  Relu() : Rectifier(Activation::relu) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::relu,
                                         .tflite_name = "RELU",
                                         .summary = "Zero in place of what is negative.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& relu_operator() {
  static const Relu instance;
  return instance;
}

const Kernel& relu_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"ReluF32", Op::relu, KernelSet::generic, "kernels/activation_f32.hpp", "One comparison an element."},
      [](const NodeView&) { return std::vector<float>(); }, {.instructions = 4, .float_products = 1}, 50);
  return instance;
}

const Kernel& relu_lookup_kernel() {
  static const LookupKernel instance(Op::relu);
  return instance;
}

const Kernel& relu_two_slopes_kernel() {
  static const TwoSlopesKernel instance(Op::relu, [](const NodeView& view, Rounding rounding) {
    return rectification(view, Activation::relu, rounding);
  });
  return instance;
}

}  // namespace burin
