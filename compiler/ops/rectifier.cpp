#include "ops/rectifier.hpp"

#include "ops/numerics.hpp"
#include "ops/sampling.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {{unary_type_sentence, is_unary_type}};

}  // namespace

std::span<const Constraint> Rectifier::constraints() const {
  return constraint_list;
}

UnaryOperator::IntegerFunction Rectifier::integer_function(const NodeView& view, Rounding rounding) const {
  // TensorFlow Lite Micro clamps RELU6 to the input's 0 and 6 and leaves it at that; converters give both
  // tensors one scale, and then it is all the same.
  if (activation_ == Activation::relu6 && rounding == Rounding::tflm) {
    const ClampRange range = activation_range(activation_, view.input(0));
    return [=](int64_t x) { return std::clamp<int64_t>(x, range.lowest, range.highest); };
  }
  const ClampRange range = activation_range(activation_, view.output());
  const float ratio = view.input(0).quantization.scale() / view.output().quantization.scale();
  return [=, rescaled = rescaling(view, static_cast<double>(ratio), rounding)](int64_t x) {
    return std::clamp<int64_t>(rescaled(x), range.lowest, range.highest);
  };
}

UnaryOperator::RealFunction Rectifier::real_function(const NodeView&) const {
  return [range = activation_range_f32(activation_)](float x) {
    return std::clamp(x, range.lowest, range.highest);
  };
}

Graph Rectifier::sample(Random& random) const {
  const DType dtype = sample_unary_type(random);
  Graph graph = sample_unary(random, facts().op, dtype, dtype, Attributes::of(NoAttributes{}));
  if (random.chance(0.5)) graph.at(graph.outputs[0]).quantization = graph.at(graph.inputs[0]).quantization;
  return graph;
}

}  // namespace burin
