// SVDF in its three types.
#include <cmath>

#include "ops/recurrent/attributes.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {

Graph sample_svdf(Random& random) {
  const int32_t kind = random.integer(0, 2);
  const DType activation = kind == 0 ? DType::f32 : DType::s8;
  const DType state_dtype = kind == 0 ? DType::f32 : kind == 1 ? DType::s8 : DType::s16;
  const int32_t rank = random.integer(1, 3);
  const int32_t units = random.integer(1, 6);
  const int32_t filters = rank * units;
  const int32_t inputs = random.integer(1, 30);
  const int32_t memory = random.integer(1, 8);
  const int32_t batches = random.chance(0.7) ? 1 : 2;
  Graph graph;
  const auto add = [&](const char* name, DType dtype, Shape shape, bool constant) {
    const TensorId id = sample_tensor(graph, random, name, dtype, std::move(shape));
    if (constant) graph.at(id).constant = sample_constant(random, graph.at(id).type);
    return id;
  };
  const TensorId input = add("input", activation, {batches, inputs}, false);
  const TensorId feature = add("feature", activation, {filters, inputs}, true);
  const TensorId time = add("time", state_dtype, {filters, memory}, true);
  const TensorId bias =
      random.chance(0.8) ? add("bias", kind == 0 ? DType::f32 : DType::s32, {units}, true) : TensorId();
  const TensorId state = add("state", state_dtype, {batches, filters * memory}, false);
  const TensorId output = add("output", activation, {batches, units}, false);
  graph.at(state).variable = true;
  if (kind != 0) {
    for (const TensorId id : {feature, time}) graph.at(id).quantization.zero_points = {0};
    const auto spread = [](double bits) { return static_cast<float>(std::exp2(bits)); };
    // Sums of products span the state's and the output's types, a little more or less.
    const double width = kind == 1 ? 8 : 16;
    graph.at(state).quantization.scales = {graph.at(input).quantization.scale() *
                                           graph.at(feature).quantization.scale() *
                                           spread(16 - width + random.real(-1, 1))};
    graph.at(output).quantization.scales = {graph.at(state).quantization.scale() *
                                            graph.at(time).quantization.scale() *
                                            spread(2 * width - 7 + random.real(-1, 1))};
  }
  graph.nodes.push_back({.op = Op::svdf,
                         .inputs = {input, feature, time, bias, state},
                         .outputs = {output},
                         .attributes = Attributes::of(SvdfAttributes{rank}),
                         .activation = kind == 0 ? sample_activation(random) : Activation::none,
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace burin
