// RELU_N1_TO_1: min(max(x, -1), 1).
#include "ops/elementwise/rectifier.hpp"

namespace burin {
namespace {

class ReluN1To1 final : public Rectifier {
 public:
  ReluN1To1() : Rectifier(Activation::relu_n1_to_1) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::relu_n1_to_1,
                                         .tflite_name = "RELU_N1_TO_1",
                                         .summary = "Clamps to -1 and 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& relu_n1_to_1_operator() {
  static const ReluN1To1 instance;
  return instance;
}

const Kernel& relu_n1_to_1_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"ClampF32", Op::relu_n1_to_1, KernelSet::generic, "kernels/activation_f32.hpp",
       "Two comparisons an element."},
      [](const NodeView&) {
        return std::vector<float>{-1, 1};
      },
      {.instructions = 6, .float_products = 1}, 60);
  return instance;
}

const Kernel& relu_n1_to_1_lookup_kernel() {
  static const LookupKernel instance(Op::relu_n1_to_1);
  return instance;
}

const Kernel& relu_n1_to_1_two_slopes_kernel() {
  static const TwoSlopesKernel instance(Op::relu_n1_to_1, [](const NodeView& view, Rounding rounding) {
    return rectification(view, Activation::relu_n1_to_1, rounding);
  });
  return instance;
}

}  // namespace burin
