// Images: padded, resized, and rearranged by blocks.
#include <algorithm>

#include "ops/movement/attributes.hpp"
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

Graph sample_blocks(Random& random, Op op) {
  const bool to_depth = op == Op::space_to_depth;
  const int32_t block = random.integer(1, 3);
  const Shape deep{random.integer(1, 2), random.integer(1, 4), random.integer(1, 4),
                   block * block * random.integer(1, 4)};
  const Shape wide{deep[0], deep[1] * block, deep[2] * block, deep[3] / (block * block)};
  return sample_rearrangement(random, op, to_depth ? wide : deep, to_depth ? deep : wide,
                              Attributes::of(BlockAttributes{block}));
}

// From and to random images of that type; one quantization for both.
Graph sample_resize(Random& random, Op op, DType dtype, bool both_flags) {
  Graph graph;
  const int32_t batches = random.chance(0.8) ? 1 : 2;
  const int32_t channels = random.integer(1, 5);
  const auto image = [&] { return Shape{batches, random.integer(1, 9), random.integer(1, 9), channels}; };
  const TensorId input = sample_tensor(graph, random, "input", dtype, image());
  const TensorId output = sample_tensor(graph, random, "output", dtype, image());
  graph.at(output).quantization = graph.at(input).quantization;
  ResizeAttributes attributes{random.chance(0.4), random.chance(0.4)};
  if (!both_flags && attributes.align_corners) attributes.half_pixel_centers = false;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(attributes),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

Graph sample_space_batch(Random& random, Op op) {
  const bool to_batch = op == Op::space_to_batch_nd;
  const bool flat = random.chance(0.3);
  SpaceBatchAttributes attributes{random.integer(1, 3), flat ? 1 : random.integer(1, 3), random.integer(0, 2),
                                  flat ? 0 : random.integer(0, 2)};
  const Shape many{attributes.block_height * attributes.block_width * random.integer(1, 2),
                   random.integer(1, 4), flat ? 1 : random.integer(1, 4), random.integer(1, 4)};
  const auto side = [&](int axis, int32_t block, int32_t before) {
    return std::max(1, many[axis] * block - before - random.integer(0, 2));
  };
  attributes.top = std::min(attributes.top, many[1] * attributes.block_height - 1);
  attributes.left = std::min(attributes.left, many[2] * attributes.block_width - 1);
  const Shape wide{many[0] / (attributes.block_height * attributes.block_width),
                   side(1, attributes.block_height, attributes.top),
                   flat ? 1 : side(2, attributes.block_width, attributes.left), many[3]};
  const auto shape = [&](const Shape& s) { return flat ? Shape{s[0], s[1], s[3]} : s; };
  Graph graph;
  const DType dtype = sample_moved_dtype(random);
  const TensorId input = sample_tensor(graph, random, "input", dtype, shape(to_batch ? wide : many));
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape(to_batch ? many : wide));
  graph.at(output).quantization = graph.at(input).quantization;
  graph.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(attributes),
                         .name = "sample",
                         .source_index = 0});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

}  // namespace

Graph sample_pad(Random& random) {
  Graph graph;
  const int32_t rank = random.chance(0.7) ? 4 : random.integer(1, 4);
  const bool image = rank == 4 && random.chance(0.6);  // only height and width are padded
  PadAttributes attributes;
  std::vector<int32_t> dims;
  for (int32_t i = 0; i < rank; ++i) {
    dims.push_back(random.chance(0.2) || (rank == 4 && i == 0 && random.chance(0.7)) ? 1
                                                                                     : random.integer(1, 6));
    const bool padded = !image || i == 1 || i == 2;
    attributes.paddings.push_back(padded ? random.integer(0, 2) : 0);
    attributes.paddings.push_back(padded ? random.integer(0, 3) : 0);
  }
  constexpr DType dtypes[] = {DType::s8, DType::s8, DType::s8, DType::u8, DType::s16, DType::s32, DType::f32};
  const DType dtype = dtypes[random.integer(0, 6)];
  const TensorId input = sample_tensor(graph, random, "input", dtype, Shape(dims));
  const TensorId output = sample_tensor(graph, random, "output", dtype, {});
  graph.at(output).quantization = graph.at(input).quantization;
  add_sample_node(graph, Op::pad, {input}, output, Attributes::of(std::move(attributes)));
  graph.inputs = {input};
  return graph;
}

Graph sample_resize_bilinear(Random& random) {
  return sample_resize(random, Op::resize_bilinear, random.chance(0.6) ? DType::s8 : DType::f32, false);
}

Graph sample_resize_nearest_neighbor(Random& random) {
  return sample_resize(random, Op::resize_nearest_neighbor, sample_moved_dtype(random), true);
}

Graph sample_depth_to_space(Random& random) {
  return sample_blocks(random, Op::depth_to_space);
}
Graph sample_space_to_depth(Random& random) {
  return sample_blocks(random, Op::space_to_depth);
}

Graph sample_batch_to_space_nd(Random& random) {
  return sample_space_batch(random, Op::batch_to_space_nd);
}
Graph sample_space_to_batch_nd(Random& random) {
  return sample_space_batch(random, Op::space_to_batch_nd);
}

}  // namespace burin
