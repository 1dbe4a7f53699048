// convolution_2d: what its kernels of several sets share.
#pragma once

#include "kernels/generic/weighted/convolution.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/convolution_2d.hpp"

namespace burin::convolution_2d {

inline WeightRows weight_rows(const NodeView& view) {
  return WeightRows::of(view.input(1), output_channels(view));
}

}  // namespace burin::convolution_2d
