// fully_connected: what its meaning and its kernels share.
#pragma once

#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin::fully_connected {

inline int32_t input_length(const NodeView& view) {
  return view.input(1).type.shape[1];
}

inline int32_t output_length(const NodeView& view) {
  return view.input(1).type.shape[0];
}

inline int64_t batch_count(const NodeView& view) {
  return view.input(0).type.shape.elements() / input_length(view);
}

inline std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  const bool per_tensor = view.input(1).quantization.per_tensor();
  return output_multipliers(view.input(0), view.input(1), view.output(), output_length(view), per_tensor);
}

}  // namespace burin::fully_connected
