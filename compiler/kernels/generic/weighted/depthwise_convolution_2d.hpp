// depthwise_convolution_2d: what its kernels of several sets share.
#pragma once

#include "arithmetic/requantization_form.hpp"
#include "kernels/generic/weighted/convolution.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/depthwise_convolution_2d.hpp"

namespace burin::depthwise_convolution_2d {

// The taps of every output channel together.
inline WeightRows weight_rows(const NodeView& view) {
  WeightRows rows = WeightRows::of(view.input(1), output_channels(view));
  const auto channels = static_cast<size_t>(rows.channels);
  const std::vector<int8_t> values = std::move(rows.values);
  rows.values.clear();
  for (size_t o = 0; o < channels; ++o)
    for (size_t i = o; i < values.size(); i += channels) rows.values.push_back(values[i]);
  return rows;
}

}  // namespace burin::depthwise_convolution_2d
