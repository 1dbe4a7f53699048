// Convolutions, in the types that layers with weights take.
#include <algorithm>

#include "ops/weighted/attributes.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"
#include "samplers/windows.hpp"

namespace burin {

Graph sample_convolution_2d(Random& random) {
  Windows windows = sample_windows(random, true);
  const bool pointwise = random.chance(0.25);
  if (pointwise) windows = {{.input = random.integer(1, 7)}, {.input = random.integer(1, 7)}};
  const int32_t batches = random.chance(0.8) ? 1 : random.integer(2, 3);
  const int32_t group_count = random.chance(0.85) ? 1 : random.integer(2, 3);
  const int32_t channels = random.chance(0.3) ? 4 * random.integer(1, 4) : random.integer(1, 7);
  const int64_t pixels = static_cast<int64_t>(windows.height.output()) * windows.width.output() * batches;
  const int64_t most_outputs = std::clamp<int64_t>(6000 / (pixels * windows.taps() * channels), 1, 16);
  const int32_t outputs = group_count * random.integer(1, static_cast<int32_t>(most_outputs));

  Graph graph;
  const TensorId input =
      sample_tensor(graph, random, "input", DType::s8,
                    {batches, windows.height.input, windows.width.input, channels * group_count});
  const TensorId weights =
      sample_weights(graph, random, {outputs, windows.height.window, windows.width.window, channels},
                     random.chance(0.7) ? 0 : -1);
  const TensorId bias = random.chance(0.8) ? sample_bias(graph, random, input, weights, outputs) : TensorId();
  const TensorId output = sample_tensor(graph, random, "output", DType::s8,
                                        {batches, windows.height.output(), windows.width.output(), outputs});
  fit_output_scale(graph, random, input, weights, output, windows.taps() * channels);
  graph.nodes.push_back({.op = Op::convolution_2d,
                         .inputs = {input, weights, bias},
                         .outputs = {output},
                         .attributes = Attributes::of(WindowAttributes::of(windows)),
                         .activation = sample_activation(random),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  vary_weighted_types(graph, random);
  return graph;
}

Graph sample_depthwise_convolution_2d(Random& random) {
  const Windows windows = sample_windows(random, true);
  const int32_t batches = random.chance(0.8) ? 1 : random.integer(2, 3);
  const int32_t multiplicity = random.chance(0.7) ? 1 : random.integer(2, 5);
  const int64_t pixels = static_cast<int64_t>(windows.height.output()) * windows.width.output() * batches;
  const int64_t most_channels = std::clamp<int64_t>(5000 / (pixels * windows.taps() * multiplicity), 1, 18);
  const int32_t channels = random.integer(1, static_cast<int32_t>(most_channels));
  const int32_t outputs = channels * multiplicity;

  Graph graph;
  const TensorId input = sample_tensor(graph, random, "input", DType::s8,
                                       {batches, windows.height.input, windows.width.input, channels});
  const TensorId weights = sample_weights(
      graph, random, {1, windows.height.window, windows.width.window, outputs}, random.chance(0.7) ? 3 : -1);
  const TensorId bias = random.chance(0.8) ? sample_bias(graph, random, input, weights, outputs) : TensorId();
  const TensorId output = sample_tensor(graph, random, "output", DType::s8,
                                        {batches, windows.height.output(), windows.width.output(), outputs});
  fit_output_scale(graph, random, input, weights, output, windows.taps());
  graph.nodes.push_back({.op = Op::depthwise_convolution_2d,
                         .inputs = {input, weights, bias},
                         .outputs = {output},
                         .attributes = Attributes::of(WindowAttributes::of(windows)),
                         .activation = sample_activation(random),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  vary_weighted_types(graph, random);
  return graph;
}

Graph sample_transpose_conv(Random& random) {
  Graph graph;
  const bool real = random.chance(0.4);
  const bool wide = !real && random.chance(0.3);
  const int32_t channels = random.integer(1, 4);
  const int32_t outputs = random.integer(1, 4);
  const int32_t window_height = random.integer(1, 4);
  const int32_t window_width = random.integer(1, 4);
  const TransposeConvAttributes attributes{random.integer(1, 3), random.integer(1, 3),
                                           random.integer(0, window_height - 1),
                                           random.integer(0, window_width - 1)};
  const Shape from{random.chance(0.8) ? 1 : 2, random.integer(1, 5), random.integer(1, 5), channels};
  const auto side = [&](int axis, int32_t stride, int32_t window, int32_t pad) {
    return std::max(1,
                    (from[axis] - 1) * stride + window - pad - random.integer(0, 2) + random.integer(0, 2));
  };
  const Shape to{from[0], side(1, attributes.stride_height, window_height, attributes.pad_top),
                 side(2, attributes.stride_width, window_width, attributes.pad_left), outputs};
  const DType dtype = real ? DType::f32 : wide ? DType::s16 : DType::s8;
  const TensorId input = sample_tensor(graph, random, "input", dtype, from);
  const Shape kernel{outputs, window_height, window_width, channels};
  TensorId weights;
  if (real) {
    weights = sample_tensor(graph, random, "weights", dtype, kernel);
    graph.at(weights).constant = sample_constant(random, graph.at(weights).type);
  } else {
    weights = sample_weights(graph, random, kernel, random.chance(0.6) ? 0 : -1);
  }
  std::vector<TensorId> inputs = {input, weights};
  if (random.chance(0.6)) {
    if (real) {
      inputs.push_back(sample_tensor(graph, random, "bias", dtype, {outputs}));
      graph.at(inputs.back()).constant = sample_constant(random, graph.at(inputs.back()).type);
    } else {
      inputs.push_back(sample_bias(graph, random, input, weights, outputs));
      if (wide) widen_bias(graph.at(inputs.back()));
    }
  }
  const TensorId output = sample_tensor(graph, random, "output", dtype, to);
  if (!real) fit_output_scale(graph, random, input, weights, output, channels * 2);
  graph.nodes.push_back({.op = Op::transpose_conv,
                         .inputs = inputs,
                         .outputs = {output},
                         .attributes = Attributes::of(attributes),
                         .activation = sample_activation(random),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
