// What CONV_2D and DEPTHWISE_CONV_2D share: operands, reader, and the evaluation around the products. Both
// have input [batches, height, width, channels], weights with the window's height and width for dimensions 1
// and 2, and a bias that may be absent.
#pragma once

#include <algorithm>
#include <vector>

#include "ops/constraints.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"

namespace burin {

inline const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}
inline const Shape& weights_shape(const NodeView& view) {
  return view.input(1).type.shape;
}

Windows convolution_windows(const NodeView& view);

// Of uint8, where factors are products of scales in float32.
bool product_in_float(const NodeView& view);
// Of every output channel.
std::vector<FixedPointMultiplier> convolution_multipliers(const NodeView& view, int32_t output_channels);

std::vector<TensorType> infer_convolution(const NodeView& view, int32_t output_channels);

// One element of the output.
struct ConvolutionPosition {
  int64_t batch;
  int64_t y;
  int64_t x;
  int64_t channel;
};

// Evaluates in integers or float32. for_each_product(view, windows, position, add) calls add(element of the
// input, element of the weights) for every product of one output.
template <class ForEachProduct>
void evaluate_convolution(const Evaluation& evaluation, int32_t output_channels,
                          const ForEachProduct& for_each_product) {
  const NodeView& view = evaluation.view;
  const Windows windows = convolution_windows(view);
  const auto for_each_output = [&](const auto& compute) {
    size_t index = 0;
    for (int64_t batch = 0; batch < input_shape(view)[0]; ++batch)
      for (int64_t y = 0; y < windows.height.output(); ++y)
        for (int64_t x = 0; x < windows.width.output(); ++x)
          for (int64_t channel = 0; channel < output_channels; ++channel)
            compute(index++, ConvolutionPosition{batch, y, x, channel});
  };

  if (has_dtype(view.input(0), DType::f32)) {
    const auto input = evaluation.input(0).as<float>();
    const std::vector<float> weights = real_elements(view.input(1), evaluation.input(1));
    const RealRange range = activation_range_f32(view.node);
    for_each_output([&](size_t index, const ConvolutionPosition& at) {
      float sum = 0;
      for_each_product(view, windows, at,
                       [&](size_t value, size_t weight) { sum += input[value] * weights[weight]; });
      evaluation.output().as<float>()[index] =
          std::clamp(sum + real_bias_of(evaluation, at.channel), range.lowest, range.highest);
    });
    return;
  }

  const std::vector<int32_t> input = centred_elements(view.input(0), evaluation.input(0));
  const std::vector<int32_t> weights = centred_elements(view.input(1), evaluation.input(1));
  const int32_t output_zero = view.output().quantization.zero_point();
  const ClampRange range = activation_range(view.node.activation, view.output());
  const std::vector<FixedPointMultiplier> factors = convolution_multipliers(view, output_channels);
  for_each_output([&](size_t index, const ConvolutionPosition& at) {
    int64_t sum = bias_of(evaluation, at.channel);
    for_each_product(view, windows, at,
                     [&](size_t value, size_t weight) { sum += int64_t{input[value]} * weights[weight]; });
    const int32_t scaled =
        requantized_sum(view, sum, factors[static_cast<size_t>(at.channel)], evaluation.rounding);
    evaluation.output().set_integer(
        index, std::clamp(wrapping_sum(scaled, output_zero), range.lowest, range.highest));
  });
}

}  // namespace burin
