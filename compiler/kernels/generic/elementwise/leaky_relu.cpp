#include "ops/elementwise/leaky_relu.hpp"
#include "kernels/generic/elementwise/unary.hpp"
#include "ops/elementwise/attributes.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

using namespace leaky_relu;

const Kernel& leaky_relu_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"LeakyReluF32", Op::leaky_relu, KernelSet::generic, "generic/activation_f32.hpp",
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
