// fully_connected: what its kernels of several sets share.
#pragma once

#include "kernels/generic/weighted/f32_blocks.hpp"
#include "kernels/generic/weighted/product_form.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/fully_connected.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin::fully_connected {

inline constexpr const char* constant_weights_only = "it packs weights that are constant";

inline WeightRows weight_rows(const NodeView& view) {
  return WeightRows::of(view.input(1), output_length(view));
}

}  // namespace burin::fully_connected
