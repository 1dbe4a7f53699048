#include <algorithm>
#include <cmath>

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "quantize/batch_steps.hpp"

namespace burin {
namespace {

// A function of one element.
template <class Function>
class UnaryStep final : public BatchStep {
 public:
  UnaryStep(const Node& node, Function function) : node_(node), function_(function) {}
  void run(Batch& batch) const override {
    const std::span<const float> input = batch.real(node_.inputs[0]);
    const std::span<float> output = batch.real(node_.outputs[0]);
    for (size_t i = 0; i < output.size(); ++i) output[i] = function_(input[i]);
  }

 private:
  const Node& node_;
  Function function_;
};

template <class Function>
std::unique_ptr<BatchStep> unary_step(const Node& node, Function function) {
  return std::make_unique<UnaryStep<Function>>(node, function);
}

// A function of two, either of which may be constant or broadcast.
template <class Function>
class BinaryStep final : public BatchStep {
 public:
  BinaryStep(const NodeView& view, Function function)
      : node_(view.node), function_(function), range_(activation_range_f32(view.node)) {
    const Shape& output = view.output().type.shape;
    elements_ = static_cast<size_t>(output.elements());
    for (size_t operand = 0; operand < 2; ++operand) {
      const Tensor& tensor = view.input(operand);
      Operand& made = operands_[operand];
      made.elements = static_cast<size_t>(tensor.type.shape.elements());
      if (tensor.is_constant()) {
        const auto values = tensor.constant->as<float>();
        made.constant.assign(values.begin(), values.end());
      }
      if (made.elements == elements_) continue;
      made.sources.resize(elements_);
      for (size_t i = 0; i < elements_; ++i) made.sources[i] = broadcast_source(output, tensor.type.shape, i);
    }
  }

  void run(Batch& batch) const override {
    float* output = batch.real(node_.outputs[0]).data();
    for (size_t sample = 0; sample < batch.samples(); ++sample, output += elements_) {
      const float* a = values(batch, 0, sample);
      const float* b = values(batch, 1, sample);
      const std::vector<size_t>& from_a = operands_[0].sources;
      const std::vector<size_t>& from_b = operands_[1].sources;
      if (from_a.empty() && from_b.empty())
        for (size_t i = 0; i < elements_; ++i) output[i] = function_(a[i], b[i]);
      else
        for (size_t i = 0; i < elements_; ++i)
          output[i] = function_(a[from_a.empty() ? i : from_a[i]], b[from_b.empty() ? i : from_b[i]]);
      if (node_.activation != Activation::none)
        for (size_t i = 0; i < elements_; ++i)
          output[i] = std::clamp(output[i], range_.lowest, range_.highest);
    }
  }

 private:
  struct Operand {
    size_t elements = 0;
    std::vector<float> constant;  // empty where it is none
    std::vector<size_t> sources;  // empty where element i is for output i
  };

  const float* values(Batch& batch, size_t operand, size_t sample) const {
    const Operand& made = operands_[operand];
    return made.constant.empty() ? batch.real(node_.inputs[operand]).data() + sample * made.elements
                                 : made.constant.data();
  }

  const Node& node_;
  Function function_;
  RealRange range_;
  size_t elements_ = 0;
  Operand operands_[2];
};

template <class Function>
std::unique_ptr<BatchStep> binary_step(const Graph& graph, const Node& node, Function function) {
  const NodeView view{graph, node};
  for (size_t i = 0; i < 2; ++i)
    if (view.input(i).is_constant() &&
        (view.input(i).type.dtype != DType::f32 || view.input(i).type.shape.elements() == 0))
      return nullptr;
  return std::make_unique<BinaryStep<Function>>(view, function);
}

// Of TFLite's softmax over the last axis.
class SoftmaxStep final : public BatchStep {
 public:
  SoftmaxStep(const NodeView& view, float beta)
      : node_(view.node), length_(static_cast<size_t>(view.input(0).type.shape[-1])), beta_(beta) {}
  void run(Batch& batch) const override {
    const std::span<const float> input = batch.real(node_.inputs[0]);
    const std::span<float> output = batch.real(node_.outputs[0]);
    for (size_t row = 0; row < output.size(); row += length_) {
      const float highest = *std::max_element(&input[row], &input[row] + length_);
      float sum = 0;
      for (size_t i = row; i < row + length_; ++i) sum += output[i] = std::exp((input[i] - highest) * beta_);
      for (size_t i = row; i < row + length_; ++i) output[i] /= sum;
    }
  }

 private:
  const Node& node_;
  size_t length_;
  float beta_;
};

}  // namespace

std::unique_ptr<BatchStep> elementwise_batch_step(const Graph& graph, const Node& node) {
  const NodeView view{graph, node};
  const auto clamped = [&](Activation activation) {
    const RealRange range = activation_range_f32(activation);
    return unary_step(node, [range](float x) { return std::clamp(x, range.lowest, range.highest); });
  };
  if (node.inputs.empty() || view.input(0).is_constant()) {
    // A first operand that is constant, as only the operators of two have it.
    if (node.op != Op::add && node.op != Op::sub && node.op != Op::mul) return nullptr;
  }
  switch (node.op) {
    case Op::add:
      return binary_step(graph, node, [](float a, float b) { return a + b; });
    case Op::sub:
      return binary_step(graph, node, [](float a, float b) { return a - b; });
    case Op::mul:
      return binary_step(graph, node, [](float a, float b) { return a * b; });
    case Op::relu:
      return clamped(Activation::relu);
    case Op::relu6:
      return clamped(Activation::relu6);
    case Op::relu_n1_to_1:
      return clamped(Activation::relu_n1_to_1);
    case Op::logistic:
      return unary_step(node, [](float x) { return 1 / (1 + std::exp(-x)); });
    case Op::tanh:
      return unary_step(node, [](float x) { return std::tanh(x); });
    case Op::softmax:
      for (const NamedAttribute& attribute : node.attributes.list())
        if (attribute.name == "beta")
          return std::make_unique<SoftmaxStep>(view, std::get<float>(attribute.value));
      return nullptr;
    default:
      return nullptr;
  }
}

}  // namespace burin
