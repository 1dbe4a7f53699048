#include <algorithm>

#include "ops/movement/joining.hpp"
#include "quantize/batch_steps.hpp"

namespace burin {
namespace {

// The same elements in another shape.
class ReshapeStep final : public BatchStep {
 public:
  explicit ReshapeStep(const Node& node) : node_(node) {}
  void run(Batch& batch) const override {
    std::ranges::copy(batch.real(node_.inputs[0]), batch.real(node_.outputs[0]).begin());
  }

 private:
  const Node& node_;
};

class ConcatenationStep final : public BatchStep {
 public:
  explicit ConcatenationStep(const NodeView& view) : node_(view.node) {
    const auto axis = static_cast<size_t>(axis_of(view));
    const Shape& output = view.output().type.shape;
    outer_ = static_cast<size_t>(output.elements(0, axis));
    for (size_t i = 0; i < view.node.inputs.size(); ++i) {
      const Shape& shape = view.input(i).type.shape;
      lengths_.push_back(static_cast<size_t>(shape.elements(axis, shape.rank())));
    }
  }
  void run(Batch& batch) const override {
    auto to = batch.real(node_.outputs[0]).begin();
    std::vector<const float*> from;
    for (const TensorId id : node_.inputs) from.push_back(batch.real(id).data());
    for (size_t row = 0; row < outer_ * batch.samples(); ++row)
      for (size_t i = 0; i < from.size(); ++i) {
        to = std::copy_n(from[i], lengths_[i], to);
        from[i] += lengths_[i];
      }
  }

 private:
  const Node& node_;
  size_t outer_ = 1;
  std::vector<size_t> lengths_;  // elements of an input below the axis, the axis included
};

}  // namespace

std::unique_ptr<BatchStep> movement_batch_step(const Graph& graph, const Node& node) {
  const auto constant = [&](TensorId id) { return id.valid() && graph.at(id).is_constant(); };
  switch (node.op) {
    case Op::reshape:
    case Op::squeeze:
    case Op::expand_dims:
      if (!constant(node.inputs[0])) return std::make_unique<ReshapeStep>(node);
      return nullptr;
    case Op::concatenation:
      if (std::ranges::none_of(node.inputs, constant) && node.activation == Activation::none)
        return std::make_unique<ConcatenationStep>(NodeView{graph, node});
      return nullptr;
    default:
      return nullptr;
  }
}

}  // namespace burin
