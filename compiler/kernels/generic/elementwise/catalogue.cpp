// Kernels of this family that are an instance of a class for many.

#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/generic/elementwise/comparison.hpp"
#include "kernels/generic/elementwise/extremum.hpp"
#include "kernels/generic/elementwise/real_function.hpp"
#include "kernels/generic/elementwise/selection.hpp"
#include "kernels/generic/elementwise/sigmoidal.hpp"
#include "kernels/generic/elementwise/sum.hpp"
#include "kernels/generic/elementwise/unary.hpp"
#include "ops/elementwise/arithmetic.hpp"
#include "ops/elementwise/rectifier.hpp"
#include "ops/fixed_point.hpp"

namespace burin {

const Kernel& add_f32_kernel() {
  static const BinaryF32Kernel instance("AddF32", Op::add, "One sum an element.");
  return instance;
}

const Kernel& add_quantized_kernel() {
  static const SumQuantizedKernel instance("AddQuantized", Op::add, 1,
                                           "Three requantizations an element, any broadcasting.");
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

const Kernel& ceil_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "CeilF32", Op::ceil, "One call of the C library an element.", {.instructions = 30}, 200);
  return instance;
}

const Kernel& cos_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("CosF32", Op::cos, "One cosine of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 3000);
  return instance;
}

const Kernel& div_f32_kernel() {
  static const BinaryF32Kernel instance("DivideF32", Op::div, "One quotient an element.",
                                        "generic/arithmetic_f32.hpp");
  return instance;
}

const Kernel& div_s32_kernel() {
  static const BinaryS32Kernel instance("DivideS32", Op::div, "One quotient an element.");
  return instance;
}

const Kernel& elu_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("EluF32", Op::elu, "One exponential of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 1200);
  return instance;
}

const Kernel& elu_lookup_kernel() {
  static const LookupKernel instance(Op::elu);
  return instance;
}

const Kernel& equal_kernel() {
  static const ComparisonKernel instance(Op::equal, Relation::equal);
  return instance;
}

const Kernel& equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::equal, Relation::equal);
  return instance;
}

const Kernel& exp_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("ExpF32", Op::exp, "One exponential of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 1200);
  return instance;
}

const Kernel& floor_div_f32_kernel() {
  static const BinaryF32Kernel instance("FloorDivideF32", Op::floor_div,
                                        "One quotient and one call of the C library an element.",
                                        "generic/arithmetic_f32.hpp");
  return instance;
}

const Kernel& floor_div_s32_kernel() {
  static const BinaryS32Kernel instance("FloorDivideS32", Op::floor_div, "One quotient an element.");
  return instance;
}

const Kernel& floor_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "FloorF32", Op::floor, "One call of the C library an element.", {.instructions = 30}, 200);
  return instance;
}

const Kernel& floor_mod_f32_kernel() {
  static const BinaryF32Kernel instance("FloorModuloF32", Op::floor_mod,
                                        "One remainder of the C library an element.",
                                        "generic/arithmetic_f32.hpp");
  return instance;
}

const Kernel& floor_mod_s32_kernel() {
  static const BinaryS32Kernel instance("FloorModuloS32", Op::floor_mod, "One remainder an element.");
  return instance;
}

const Kernel& greater_kernel() {
  static const ComparisonKernel instance(Op::greater, Relation::greater);
  return instance;
}

const Kernel& greater_equal_kernel() {
  static const ComparisonKernel instance(Op::greater_equal, Relation::greater_equal);
  return instance;
}

const Kernel& greater_equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::greater_equal, Relation::greater_equal);
  return instance;
}

const Kernel& greater_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::greater, Relation::greater);
  return instance;
}

const Kernel& hard_swish_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"HardSwishF32", Op::hard_swish, KernelSet::generic, "generic/activation_f32.hpp",
       "A clamp, a product and a division an element."},
      [](const NodeView&) { return std::vector<float>(); }, {.instructions = 10, .float_products = 4}, 70);
  return instance;
}

const Kernel& hard_swish_lookup_kernel() {
  static const LookupKernel instance(Op::hard_swish);
  return instance;
}

const Kernel& less_kernel() {
  static const ComparisonKernel instance(Op::less, Relation::less);
  return instance;
}

const Kernel& less_equal_kernel() {
  static const ComparisonKernel instance(Op::less_equal, Relation::less_equal);
  return instance;
}

const Kernel& less_equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::less_equal, Relation::less_equal);
  return instance;
}

const Kernel& less_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::less, Relation::less);
  return instance;
}

const Kernel& log_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("LogF32", Op::log, "One logarithm of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 1200);
  return instance;
}

const Kernel& logical_and_kernel() {
  static const ComparisonKernel instance(Op::logical_and, Relation::both);
  return instance;
}

const Kernel& logical_or_kernel() {
  static const ComparisonKernel instance(Op::logical_or, Relation::either);
  return instance;
}

const Kernel& logistic_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"LogisticF32", Op::logistic, KernelSet::generic, "generic/sigmoid_f32.hpp",
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

const Kernel& maximum_kernel() {
  static const ExtremumKernel instance("Maximum", Op::maximum);
  return instance;
}

const Kernel& minimum_kernel() {
  static const ExtremumKernel instance("Minimum", Op::minimum);
  return instance;
}

const Kernel& neg_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("NegateF32", Op::neg, "One change of sign an element.", {.instructions = 8}, 40);
  return instance;
}

const Kernel& not_equal_kernel() {
  static const ComparisonKernel instance(Op::not_equal, Relation::not_equal);
  return instance;
}

const Kernel& not_equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::not_equal, Relation::not_equal);
  return instance;
}

const Kernel& relu6_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"ClampF32", Op::relu6, KernelSet::generic, "generic/activation_f32.hpp",
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

const Kernel& relu_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"ReluF32", Op::relu, KernelSet::generic, "generic/activation_f32.hpp", "One comparison an element."},
      [](const NodeView&) { return std::vector<float>(); }, {.instructions = 4, .float_products = 1}, 50);
  return instance;
}

const Kernel& relu_lookup_kernel() {
  static const LookupKernel instance(Op::relu);
  return instance;
}

const Kernel& relu_n1_to_1_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"ClampF32", Op::relu_n1_to_1, KernelSet::generic, "generic/activation_f32.hpp",
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

const Kernel& relu_two_slopes_kernel() {
  static const TwoSlopesKernel instance(Op::relu, [](const NodeView& view, Rounding rounding) {
    return rectification(view, Activation::relu, rounding);
  });
  return instance;
}

const Kernel& round_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "RoundF32", Op::round, "Two calls of the C library an element.", {.instructions = 50}, 300);
  return instance;
}

const Kernel& rsqrt_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("ReciprocalSqrtF32", Op::rsqrt, "One square root and one division an element.",
                          {.instructions = 10, .float_products = 8}, 120);
  return instance;
}

const Kernel& rsqrt_lookup_kernel() {
  static const LookupKernel instance(Op::rsqrt);
  return instance;
}

const Kernel& select_kernel() {
  static const SelectKernel instance(Op::select);
  return instance;
}

const Kernel& select_v2_kernel() {
  static const SelectKernel instance(Op::select_v2);
  return instance;
}

const Kernel& sin_f32_kernel() {
  static const UnaryF32Kernel instance =
      function_f32_kernel("SinF32", Op::sin, "One sine of the C library an element.",
                          {.instructions = 10, .float_functions = 1}, 3000);
  return instance;
}

const Kernel& sqrt_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "SqrtF32", Op::sqrt, "One square root an element.", {.instructions = 10, .float_products = 5}, 100);
  return instance;
}

const Kernel& square_f32_kernel() {
  static const UnaryF32Kernel instance = function_f32_kernel(
      "SquareF32", Op::square, "One product an element.", {.instructions = 6, .float_products = 1}, 50);
  return instance;
}

const Kernel& sub_f32_kernel() {
  static const BinaryF32Kernel instance("SubtractF32", Op::sub, "One difference an element.");
  return instance;
}

const Kernel& sub_quantized_kernel() {
  static const SumQuantizedKernel instance("SubtractQuantized", Op::sub, -1,
                                           "Three requantizations an element, any broadcasting.");
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

const Kernel& tanh_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"TanhF32", Op::tanh, KernelSet::generic, "generic/sigmoid_f32.hpp",
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
