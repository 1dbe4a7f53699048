// RELU6: min(max(x, 0), 6).
#include "ops/elementwise/rectifier.hpp"

namespace burin {
namespace {

class Relu6 final : public Rectifier {
 public:
  Relu6() : Rectifier(Activation::relu6) {}
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::relu6,
                                         .tflite_name = "RELU6",
                                         .summary = "Clamps to 0 and 6.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
};

}  // namespace

const Operator& relu6_operator() {
  static const Relu6 instance;
  return instance;
}

const Kernel& relu6_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"ClampF32", Op::relu6, KernelSet::generic, "kernels/activation_f32.hpp",
       "Two comparisons an element."},
      [](const NodeView&) {
        return std::vector<float>{0, 6};
      },
      {.instructions = 6, .float_products = 1}, 60);
  return instance;
}

const Kernel& relu6_lookup_kernel() {
  static const LookupKernel instance(Op::relu6);
  return instance;
}

const Kernel& relu6_two_slopes_kernel() {
  static const TwoSlopesKernel instance(Op::relu6, [](const NodeView& view, Rounding rounding) {
    return rectification(view, Activation::relu6, rounding);
  });
  return instance;
}

}  // namespace burin
