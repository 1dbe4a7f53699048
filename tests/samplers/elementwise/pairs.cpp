// One element of each operand, with broadcasting.
#include <algorithm>

#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

Graph sample_arithmetic(Random& random, Op op) {
  const DType dtype = random.chance(0.6) ? DType::f32 : DType::s32;
  Graph graph =
      sample_binary(random, op, dtype, Attributes::of(NoAttributes{}),
                    operator_of(op).facts().activation ? sample_activation(random) : Activation::none);
  // Quotients of random numbers would be lost in the largest of them, and remainders in roundings.
  Tensor& right = graph.at(graph.nodes[0].inputs[1]);
  const auto count = static_cast<size_t>(right.type.shape.elements());
  if (dtype == DType::f32) {
    std::vector<float> values(count);
    for (float& value : values)
      value = static_cast<float>(random.integer(1, 8)) * (random.chance(0.5) ? 0.25f : -0.25f);
    right.constant = Constant::of(values);
  } else {
    std::vector<int32_t> values(count);
    for (int32_t& value : values)
      value = random.chance(0.5) ? random.integer(-3, 3) : random.integer(-100000, 100000);
    right.constant = Constant::of(values);
  }
  graph.inputs = {graph.nodes[0].inputs[0]};
  return graph;
}

Graph sample_comparison(Random& random, Op op) {
  constexpr DType dtypes[] = {DType::s8,  DType::s8,  DType::u8, DType::s16,
                              DType::s32, DType::s64, DType::f32};
  const DType dtype =
      op == Op::logical_and || op == Op::logical_or ? DType::boolean : dtypes[random.integer(0, 6)];
  Graph graph = sample_binary(random, op, dtype, Attributes::of(NoAttributes{}), Activation::none);
  const Node& node = graph.nodes[0];
  if (dtype == DType::s8 && random.chance(0.5)) graph.at(node.inputs[0]).quantization.scales = {0.02f};
  if (dtype != DType::s8 || random.chance(0.5))
    graph.at(node.inputs[1]).quantization = graph.at(node.inputs[0]).quantization;
  Tensor& output = graph.at(node.outputs[0]);
  output.type.dtype = DType::boolean;
  for (Tensor& tensor : graph.tensors)
    if (tensor.type.dtype == DType::boolean) tensor.quantization = {};
  return graph;
}

Graph sample_extremum(Random& random, Op op) {
  constexpr DType dtypes[] = {DType::s8,  DType::s8,  DType::u8, DType::s16,
                              DType::s32, DType::s64, DType::f32};
  const DType dtype = dtypes[random.integer(0, 6)];
  Graph graph = sample_binary(random, op, dtype, Attributes::of(NoAttributes{}), Activation::none);
  for (Tensor& tensor : graph.tensors) tensor.quantization = graph.tensors[0].quantization;
  return graph;
}

Graph sample_selection(Random& random, Op op) {
  const DType dtype = sample_moved_dtype(random);
  const Shape shape = sample_moved_shape(random, random.integer(0, 4));
  const auto operand = [&] {
    std::vector<int32_t> dims = shape.dims();
    for (int32_t& extent : dims)
      if (random.chance(0.25)) extent = 1;
    if (random.chance(0.2)) dims.clear();
    return Shape(std::move(dims));
  };
  Graph graph;
  const TensorId condition = add_tensor(graph, {.name = "condition", .type = {DType::boolean, operand()}});
  const TensorId yes = sample_tensor(graph, random, "yes", dtype, operand());
  const TensorId no = sample_tensor(graph, random, "no", dtype, shape);
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  for (const TensorId id : {no, output}) graph.at(id).quantization = graph.at(yes).quantization;
  graph.inputs = {condition, yes};
  if (random.chance(0.4))
    graph.at(no).constant = sample_constant(random, graph.at(no).type);
  else
    graph.inputs.push_back(no);
  graph.nodes.push_back({.op = op,
                         .inputs = {condition, yes, no},
                         .outputs = {output},
                         .attributes = Attributes::of(NoAttributes{}),
                         .name = "sample",
                         .source_index = 0});
  graph.outputs = {output};
  return graph;
}

Graph sample_sum_of_two(Random& random, Op op) {
  constexpr DType dtypes[] = {DType::s8, DType::s8, DType::s8, DType::u8, DType::s16, DType::s32, DType::f32};
  return sample_binary(random, op, dtypes[random.integer(0, 6)], Attributes::of(NoAttributes{}),
                       sample_activation(random));
}

}  // namespace

Graph sample_mul(Random& random) {
  constexpr DType dtypes[] = {DType::s8, DType::s8, DType::s8, DType::u8, DType::s16, DType::f32, DType::s32};
  const DType dtype = dtypes[random.integer(0, 6)];
  Graph graph =
      sample_binary(random, Op::mul, dtype, Attributes::of(NoAttributes{}), sample_activation(random));
  if (dtype == DType::f32 || dtype == DType::s32) return graph;
  // Products spread over the output's range, a little more or less.
  const Node& node = graph.nodes[0];
  const float unit =
      graph.at(node.inputs[0]).quantization.scale() * graph.at(node.inputs[1]).quantization.scale();
  const double spread = dtype == DType::s16 ? 8000 : 40;
  graph.at(node.outputs[0]).quantization.scales = {unit * static_cast<float>(spread * random.real(0.3, 3))};
  return graph;
}

Graph sample_prelu(Random& random) {
  const double kind = random.real(0, 1);
  const DType dtype = kind < 0.45 ? DType::s8 : kind < 0.65 ? DType::s16 : DType::f32;
  Graph graph = sample_binary(random, Op::prelu, dtype, Attributes::of(NoAttributes{}), Activation::none);
  Tensor& slopes = graph.at(graph.nodes[0].inputs[1]);
  if (dtype == DType::s16) {
    slopes.type.dtype = DType::s8;
    slopes.quantization = sample_quantization(random, DType::s8);
    if (slopes.constant) slopes.constant = sample_constant(random, slopes.type);
  }
  if (slopes.quantization.present()) slopes.quantization.scales = {0.01f};
  return graph;
}

Graph sample_div(Random& random) {
  return sample_arithmetic(random, Op::div);
}
Graph sample_floor_div(Random& random) {
  return sample_arithmetic(random, Op::floor_div);
}
Graph sample_floor_mod(Random& random) {
  return sample_arithmetic(random, Op::floor_mod);
}
Graph sample_squared_difference(Random& random) {
  if (random.chance(0.6)) return sample_arithmetic(random, Op::squared_difference);
  const DType dtype = random.chance(0.6) ? DType::s8 : DType::s16;
  Graph graph =
      sample_binary(random, Op::squared_difference, dtype, Attributes::of(NoAttributes{}), Activation::none);
  const Node& node = graph.nodes[0];
  const double larger =
      std::max(graph.at(node.inputs[0]).quantization.scale(), graph.at(node.inputs[1]).quantization.scale());
  const double spread = dtype == DType::s8 ? 100 : 20000;
  graph.at(node.outputs[0]).quantization.scales = {
      static_cast<float>(larger * larger * spread * random.real(0.5, 3))};
  return graph;
}

Graph sample_equal(Random& random) {
  return sample_comparison(random, Op::equal);
}
Graph sample_greater(Random& random) {
  return sample_comparison(random, Op::greater);
}
Graph sample_greater_equal(Random& random) {
  return sample_comparison(random, Op::greater_equal);
}
Graph sample_less(Random& random) {
  return sample_comparison(random, Op::less);
}
Graph sample_less_equal(Random& random) {
  return sample_comparison(random, Op::less_equal);
}
Graph sample_logical_and(Random& random) {
  return sample_comparison(random, Op::logical_and);
}
Graph sample_logical_or(Random& random) {
  return sample_comparison(random, Op::logical_or);
}
Graph sample_not_equal(Random& random) {
  return sample_comparison(random, Op::not_equal);
}

Graph sample_maximum(Random& random) {
  return sample_extremum(random, Op::maximum);
}
Graph sample_minimum(Random& random) {
  return sample_extremum(random, Op::minimum);
}

Graph sample_select(Random& random) {
  return sample_selection(random, Op::select);
}
Graph sample_select_v2(Random& random) {
  return sample_selection(random, Op::select_v2);
}

Graph sample_add_n(Random& random) {
  Graph graph;
  const DType dtype = random.chance(0.6) ? DType::s8 : DType::f32;
  const Shape shape = sample_moved_shape(random, random.integer(0, 3));
  std::vector<TensorId> terms;
  for (int32_t i = random.integer(1, 5); i > 0; --i) {
    const TensorId term = sample_tensor(graph, random, "term", dtype, shape);
    graph.at(term).quantization = graph.tensors[0].quantization;
    terms.push_back(term);
    if (i > 1 || random.chance(0.7) || graph.inputs.empty())
      graph.inputs.push_back(term);
    else
      graph.at(term).constant = sample_constant(random, graph.at(term).type);
  }
  const TensorId output = sample_tensor(graph, random, "output", dtype, shape);
  add_sample_node(graph, Op::add_n, std::move(terms), output, Attributes::of(NoAttributes{}));
  return graph;
}

Graph sample_add(Random& random) {
  return sample_sum_of_two(random, Op::add);
}
Graph sample_sub(Random& random) {
  return sample_sum_of_two(random, Op::sub);
}

}  // namespace burin
