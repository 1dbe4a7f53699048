// prelu: what its meaning and its kernels share.
#pragma once

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"

namespace burin::prelu {

struct PreluFactors {
  FixedPointMultiplier positive;
  FixedPointMultiplier negative;
};

inline PreluFactors factors_of(const NodeView& view) {
  const float input = view.input(0).quantization.scale();
  const float output = view.output().quantization.scale();
  const float slope = view.input(1).quantization.scale();
  return {fixed_point(static_cast<double>(input) / static_cast<double>(output)),
          fixed_point(static_cast<double>(input) * static_cast<double>(slope) / static_cast<double>(output))};
}

}  // namespace burin::prelu
