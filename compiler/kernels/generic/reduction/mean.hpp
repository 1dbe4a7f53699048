// mean: what its kernels of several sets share.
#pragma once

#include "arithmetic/mean_form.hpp"
#include "kernels/geometry.hpp"
#include "kernels/kernel.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/reduction/mean.hpp"

namespace burin::mean {

// Axes that stay and axes that go, in turn.
struct MeanGeometry {
  int32_t kept_0;
  int32_t reduced_0;
  int32_t kept_1;
  int32_t reduced_1;
  int32_t kept_2;

  template <class Visit>
  void fields(Visit visit) const {
    visit("kept_0", kept_0);
    visit("reduced_0", reduced_0);
    visit("kept_1", kept_1);
    visit("reduced_1", reduced_1);
    visit("kept_2", kept_2);
  }
};

inline MeanGeometry mean_geometry(const Layout& layout) {
  return {.kept_0 = layout[0],
          .reduced_0 = layout[1],
          .kept_1 = layout[2],
          .reduced_1 = layout[3],
          .kept_2 = layout[4]};
}

// Of quantized means of these axes.
inline KernelCall call_without_arguments(const NodeView& view, const LoweringContext& context,
                                         const Layout& layout) {
  const FixedPointMultiplier factor = factor_of(view);
  KernelCall call;
  call.geometry = Geometry(
      mean_geometry(layout), FactorGeometry{.multiplier = factor.multiplier, .shift = factor.shift},
      ZeroPointsGeometry{.input_zero_point = view.input(0).quantization.zero_point(),
                         .output_zero_point = view.output().quantization.zero_point()},
      ClampGeometry{.activation_min = static_cast<int32_t>(integer_range(view.output().type.dtype).lowest),
                    .activation_max = static_cast<int32_t>(integer_range(view.output().type.dtype).highest)},
      RoundingGeometry(context.rounding));
  return call;
}

}  // namespace burin::mean
