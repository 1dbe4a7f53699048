// One function of every element.
#include <cmath>

#include "ops/elementwise/attributes.hpp"
#include "samplers/one_node.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {
namespace {

// Where the function has a value for positive numbers only, the input is a constant: inputs of tests are of
// both signs.
enum class Domain : uint8_t { all, positive };
Graph sample_real_function(Random& random, Op op, Domain domain) {
  Graph graph = sample_unary(random, op, DType::f32, DType::f32, Attributes::of(NoAttributes{}));
  if (domain == Domain::all && random.chance(0.7)) return graph;
  Tensor& input = graph.at(graph.inputs[0]);
  std::vector<float> values;
  for (int64_t i = 0; i < input.type.shape.elements(); ++i)
    values.push_back(
        static_cast<float>(domain == Domain::all ? random.real(-8, 8) : std::exp(random.real(-6, 6))));
  input.constant = Constant::of(values);
  graph.inputs.clear();
  return graph;
}

Graph sample_rectifier(Random& random, Op op) {
  const DType dtype = sample_wide_unary_type(random);
  Graph graph = sample_unary(random, op, dtype, dtype, Attributes::of(NoAttributes{}));
  if (random.chance(0.5)) graph.at(graph.outputs[0]).quantization = graph.at(graph.inputs[0]).quantization;
  return graph;
}

// The outputs' ranges are fixed: -1 to 1 for TANH, 0 to 1 for LOGISTIC.
Graph sample_sigmoidal(Random& random, Op op) {
  const double kind = random.real(0, 1);
  const DType dtype = kind < 0.5 ? DType::s8 : kind < 0.75 ? DType::s16 : DType::f32;
  Graph graph = sample_unary(random, op, dtype, dtype, Attributes::of(NoAttributes{}));
  const Quantization s8 =
      op == Op::tanh ? Quantization{{1.0f / 128}, {0}, 0} : Quantization{{1.0f / 256}, {-128}, 0};
  graph.at(graph.outputs[0]).quantization = dtype == DType::f32   ? Quantization{}
                                            : dtype == DType::s16 ? Quantization{{1.0f / 32768}, {0}, 0}
                                                                  : s8;
  if (dtype == DType::s16) {
    const double scale = random.chance(0.3)   ? 0x1p-12
                         : random.chance(0.2) ? 0x1p-11
                                              : random.real(1e-5, 1e-3);
    graph.at(graph.inputs[0]).quantization.scales = {static_cast<float>(scale)};
  }
  return graph;
}

}  // namespace

Graph sample_abs(Random& random) {
  const double kind = random.real(0, 1);
  const DType dtype = kind < 0.45 ? DType::s8 : kind < 0.65 ? DType::s16 : DType::f32;
  Graph graph = sample_unary(random, Op::abs, dtype, dtype, Attributes::of(NoAttributes{}));
  if (random.chance(0.3))
    graph.at(graph.outputs[0]).quantization.scales = graph.at(graph.inputs[0]).quantization.scales;
  return graph;
}

Graph sample_cast(Random& random) {
  constexpr DType dtypes[] = {DType::f32, DType::s8,  DType::u8,     DType::s16,
                              DType::s32, DType::s64, DType::boolean};
  Graph graph = sample_unary(random, Op::cast, dtypes[random.integer(0, 6)], dtypes[random.integer(0, 6)],
                             Attributes::of(NoAttributes{}));
  for (Tensor& tensor : graph.tensors) tensor.quantization = {};
  Tensor& input = graph.at(graph.inputs[0]);
  if (input.type.dtype != DType::f32 || random.chance(0.3)) return graph;
  std::vector<float> values;
  for (int64_t i = 0; i < input.type.shape.elements(); ++i)
    values.push_back(static_cast<float>(random.real(-1, 1) * std::pow(10.0, random.integer(0, 20))));
  input.constant = Constant::of(values);
  graph.inputs.clear();
  return graph;
}

Graph sample_dequantize(Random& random) {
  constexpr DType dtypes[] = {DType::s8, DType::s8, DType::u8, DType::s16};
  return sample_unary(random, Op::dequantize, dtypes[random.integer(0, 3)], DType::f32,
                      Attributes::of(NoAttributes{}));
}

Graph sample_elu(Random& random) {
  const DType dtype = random.chance(0.6) ? DType::s8 : DType::f32;
  return sample_unary(random, Op::elu, dtype, dtype, Attributes::of(NoAttributes{}));
}

Graph sample_hard_swish(Random& random) {
  const DType dtype = sample_unary_type(random);
  Graph graph = sample_unary(random, Op::hard_swish, dtype, dtype, Attributes::of(NoAttributes{}));
  if (dtype != DType::f32)
    graph.at(graph.outputs[0]).quantization.scales = {
        graph.at(graph.inputs[0]).quantization.scale() *
        static_cast<float>(random.chance(0.8) ? random.real(0.01, 2) : random.real(200, 20000))};
  return graph;
}

Graph sample_leaky_relu(Random& random) {
  const DType dtype = sample_wide_unary_type(random);
  const auto alpha = static_cast<float>(random.chance(0.1) ? 0 : random.real(-0.5, 1.5));
  return sample_unary(random, Op::leaky_relu, dtype, dtype, Attributes::of(LeakyReluAttributes{alpha}));
}

Graph sample_logical_not(Random& random) {
  return sample_unary(random, Op::logical_not, DType::boolean, DType::boolean,
                      Attributes::of(NoAttributes{}));
}

Graph sample_quantize(Random& random) {
  constexpr DType from_dtypes[] = {DType::f32, DType::s8, DType::u8, DType::s16, DType::s32};
  constexpr DType to_dtypes[] = {DType::s8, DType::u8, DType::s16, DType::s32};
  const DType from = from_dtypes[random.chance(0.4) ? 1 : random.integer(0, 4)];
  const DType to = to_dtypes[random.chance(0.4) ? 0 : random.integer(0, from == DType::f32 ? 2 : 3)];
  Graph graph = sample_unary(random, Op::quantize, from, to, Attributes::of(NoAttributes{}));
  Quantization& target = graph.at(graph.outputs[0]).quantization;
  const Quantization& source = graph.at(graph.inputs[0]).quantization;
  if (from != DType::f32 && random.chance(0.3)) target.scales = source.scales;
  if (from == DType::s32) target.scales = {source.scale() * static_cast<float>(random.real(1e5, 1e9))};
  return graph;
}

Graph sample_ceil(Random& random) {
  return sample_real_function(random, Op::ceil, Domain::all);
}
Graph sample_cos(Random& random) {
  return sample_real_function(random, Op::cos, Domain::all);
}
Graph sample_exp(Random& random) {
  return sample_real_function(random, Op::exp, Domain::all);
}
Graph sample_floor(Random& random) {
  return sample_real_function(random, Op::floor, Domain::all);
}
Graph sample_log(Random& random) {
  return sample_real_function(random, Op::log, Domain::positive);
}
Graph sample_neg(Random& random) {
  return sample_real_function(random, Op::neg, Domain::all);
}
Graph sample_round(Random& random) {
  return sample_real_function(random, Op::round, Domain::all);
}
Graph sample_rsqrt(Random& random) {
  if (random.chance(0.5)) return sample_real_function(random, Op::rsqrt, Domain::positive);
  Graph graph = sample_unary(random, Op::rsqrt, DType::s8, DType::s8, Attributes::of(NoAttributes{}));
  const auto scale = static_cast<double>(graph.at(graph.inputs[0]).quantization.scale());
  graph.at(graph.outputs[0]).quantization.scales = {
      static_cast<float>(random.real(0.02, 0.2) / std::sqrt(scale))};
  return graph;
}
Graph sample_sin(Random& random) {
  return sample_real_function(random, Op::sin, Domain::all);
}
Graph sample_sqrt(Random& random) {
  return sample_real_function(random, Op::sqrt, Domain::positive);
}
Graph sample_square(Random& random) {
  return sample_real_function(random, Op::square, Domain::all);
}

Graph sample_relu(Random& random) {
  return sample_rectifier(random, Op::relu);
}
Graph sample_relu6(Random& random) {
  return sample_rectifier(random, Op::relu6);
}
Graph sample_relu_n1_to_1(Random& random) {
  return sample_rectifier(random, Op::relu_n1_to_1);
}

Graph sample_logistic(Random& random) {
  return sample_sigmoidal(random, Op::logistic);
}
Graph sample_tanh(Random& random) {
  return sample_sigmoidal(random, Op::tanh);
}

}  // namespace burin
