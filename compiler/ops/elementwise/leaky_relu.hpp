// leaky_relu: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/elementwise/attributes.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin::leaky_relu {

// The factors in float32, as the reference prepares them.
inline SlopedFunction slopes(const NodeView& view) {
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

}  // namespace burin::leaky_relu
