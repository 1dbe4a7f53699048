// mean: what its kernels of several sets share.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "kernels/kernel.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/reduction/mean.hpp"

namespace burin::mean {

inline KernelCall call_without_arguments(const NodeView& view, const LoweringContext& context) {
  const Layout layout = layout_of(view);
  const FixedPointMultiplier factor = factor_of(view);
  KernelCall call;
  call.geometry = {{"kept_0", layout[0]},
                   {"reduced_0", layout[1]},
                   {"kept_1", layout[2]},
                   {"reduced_1", layout[3]},
                   {"kept_2", layout[4]},
                   {"multiplier", factor.multiplier},
                   {"shift", factor.shift},
                   {"input_zero_point", view.input(0).quantization.zero_point()},
                   {"output_zero_point", view.output().quantization.zero_point()},
                   {"lowest", static_cast<int32_t>(integer_range(view.output().type.dtype).lowest)},
                   {"highest", static_cast<int32_t>(integer_range(view.output().type.dtype).highest)},
                   {"round_once", context.rounding == Rounding::litert ? 1 : 0}};
  return call;
}

}  // namespace burin::mean
