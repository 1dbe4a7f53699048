// LEAKY_RELU: x for positive x, alpha * x for negative.
#include <cmath>

#include "ops/elementwise/attributes.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

// The factors in float32, as the reference prepares them.
SlopedFunction slopes(const NodeView& view) {
  const Quantization& input = view.input(0).quantization;
  const Quantization& output = view.output().quantization;
  const float alpha = view.attributes<LeakyReluAttributes>().alpha;
  return {.input_zero = input.zero_point(),
          .output_zero = output.zero_point(),
          .positive = fixed_point(static_cast<double>(input.scale() / output.scale())),
          .negative = fixed_point(static_cast<double>(input.scale() * std::abs(alpha) / output.scale())),
          .negative_sign = alpha < 0 ? -1 : 1,
          .range = activation_range(Activation::none, view.output())};
}

constexpr Constraint constraint_list[] = {{wide_unary_type_sentence, is_wide_unary_type}};

class LeakyRelu final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::leaky_relu,
                                         .tflite_name = "LEAKY_RELU",
                                         .summary = "A smaller slope where the input is negative.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<LeakyReluAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override {
    return [rounding, function = slopes(view)](int64_t x) { return function(x, rounding); };
  }
  RealFunction real_function(const NodeView& view) const override {
    return [alpha = view.attributes<LeakyReluAttributes>().alpha](float x) { return x > 0 ? x : x * alpha; };
  }
};

}  // namespace

const Operator& leaky_relu_operator() {
  static const LeakyRelu instance;
  return instance;
}

const Kernel& leaky_relu_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"LeakyReluF32", Op::leaky_relu, KernelSet::generic, "kernels/activation_f32.hpp",
       "One comparison and product an element."},
      [](const NodeView& view) { return std::vector<float>{view.attributes<LeakyReluAttributes>().alpha}; },
      {.instructions = 6, .float_products = 1}, 50);
  return instance;
}

const Kernel& leaky_relu_lookup_kernel() {
  static const LookupKernel instance(Op::leaky_relu);
  return instance;
}

const Kernel& leaky_relu_two_slopes_kernel() {
  static const TwoSlopesKernel instance(Op::leaky_relu,
                                        [](const NodeView& view, Rounding) { return slopes(view); });
  return instance;
}

}  // namespace burin
