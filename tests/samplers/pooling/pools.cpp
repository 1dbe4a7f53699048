// Windows' averages and maxima.
#include "ops/pooling/attributes.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"
#include "samplers/windows.hpp"

namespace burin {
namespace {

Graph sample_pool(Random& random, Op op) {
  Windows windows = sample_windows(random, false);
  if (random.chance(0.15)) {  // global
    windows.height = {.input = windows.height.input, .window = windows.height.input};
    windows.width = {.input = windows.width.input, .window = windows.width.input};
  }
  const int32_t batches = random.chance(0.8) ? 1 : random.integer(2, 3);
  const int32_t channels = random.chance(0.3) ? 4 * random.integer(1, 4) : random.integer(1, 9);
  const bool halves_to_even = op == Op::average_pool_2d && random.chance(0.3);
  Graph graph;
  const double kind = random.real(0, 1);
  const DType dtype = kind < 0.6 ? DType::s8 : kind < 0.7 ? DType::s16 : kind < 0.85 ? DType::u8 : DType::f32;
  const TensorId input = sample_tensor(graph, random, "input", dtype,
                                       {batches, windows.height.input, windows.width.input, channels});
  const TensorId output = sample_tensor(graph, random, "output", dtype,
                                        {batches, windows.height.output(), windows.width.output(), channels});
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(PoolAttributes{.window_height = windows.height.window,
                                                                     .window_width = windows.width.window,
                                                                     .window = WindowAttributes::of(windows),
                                                                     .halves_to_even = halves_to_even}),
                         .activation = sample_activation(random),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace

Graph sample_average_pool_2d(Random& random) {
  return sample_pool(random, Op::average_pool_2d);
}
Graph sample_max_pool_2d(Random& random) {
  return sample_pool(random, Op::max_pool_2d);
}

}  // namespace burin
