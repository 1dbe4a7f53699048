#include "quantize/batch_steps.hpp"

#include <algorithm>

#include "ops/operator.hpp"

namespace burin {
namespace {

// The operator's own definition, once a sample.
class EvaluatedStep final : public BatchStep {
 public:
  EvaluatedStep(const Graph& graph, const Node& node) : view_{graph, node} {
    for (const TensorId id : node.inputs)
      if (id.valid() && graph.at(id).is_constant())
        constants_.push_back(Value::of(graph.at(id).type, graph.at(id).constant->bytes()));
      else
        constants_.emplace_back();
  }

  void run(Batch& batch) const override {
    const Node& node = view_.node;
    std::vector<Value> given(node.inputs.size());
    for (size_t sample = 0; sample < batch.samples(); ++sample) {
      std::vector<const Value*> inputs;
      std::vector<Value*> state;
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        const TensorId id = node.inputs[i];
        inputs.push_back(nullptr);
        state.push_back(nullptr);
        if (!id.valid()) continue;
        const Tensor& tensor = view_.graph.at(id);
        if (tensor.variable) {
          state[i] = &batch.variable(id);
          inputs[i] = state[i];
        } else if (tensor.is_constant()) {
          inputs[i] = &constants_[i];
        } else {
          given[i] = Value::of(tensor.type, part(batch.bytes(id), tensor, sample));
          inputs[i] = &given[i];
        }
      }
      std::vector<Value> outputs;
      for (const TensorId id : node.outputs) outputs.push_back(Value::zeros(view_.graph.at(id).type));
      operator_of(node).evaluate({.view = view_, .inputs = inputs, .outputs = outputs, .state = state});
      for (size_t i = 0; i < outputs.size(); ++i)
        std::ranges::copy(
            outputs[i].bytes,
            part(batch.bytes(node.outputs[i]), view_.graph.at(node.outputs[i]), sample).begin());
    }
  }

 private:
  static std::span<std::byte> part(std::span<std::byte> all, const Tensor& tensor, size_t sample) {
    const auto bytes = static_cast<size_t>(tensor.type.bytes());
    return all.subspan(sample * bytes, bytes);
  }

  NodeView view_;
  std::vector<Value> constants_;  // by input
};

bool is_real_throughout(const Graph& graph, const Node& node) {
  const auto is_f32 = [&](TensorId id) {
    return !id.valid() || graph.at(id).is_constant() ||
           (graph.at(id).type.dtype == DType::f32 && !graph.at(id).variable &&
            graph.at(id).type.shape.elements() > 0);
  };
  return std::ranges::all_of(node.inputs, is_f32) && std::ranges::all_of(node.outputs, is_f32);
}

}  // namespace

std::unique_ptr<BatchStep> batch_step(const Graph& graph, const Node& node) {
  if (is_real_throughout(graph, node))
    for (auto* make : {weighted_batch_step, pooling_batch_step, elementwise_batch_step, movement_batch_step})
      if (auto step = make(graph, node)) return step;
  return std::make_unique<EvaluatedStep>(graph, node);
}

}  // namespace burin
