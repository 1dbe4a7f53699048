// MAX_POOL_2D: the maximum of the elements of every channel under a window, padding left out.

#include <algorithm>

#include "ops/numerics.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {
namespace {

void evaluate_integer(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const ClampRange range = activation_range(view.node.activation, view.output());
  for_each_pool(view, [&](size_t index, std::span<const size_t> taps) {
    int64_t highest = evaluation.input(0).integer(taps.front());
    for (const size_t tap : taps) highest = std::max(highest, evaluation.input(0).integer(tap));
    evaluation.output().set_integer(index, std::clamp<int64_t>(highest, range.lowest, range.highest));
  });
}

void evaluate_f32(const Evaluation& evaluation) {
  const RealRange range = activation_range_f32(evaluation.view.node);
  const auto input = evaluation.input(0).as<float>();
  for_each_pool(evaluation.view, [&](size_t index, std::span<const size_t> taps) {
    // What is not a number is above nothing.
    float highest = range.lowest;
    for (const size_t tap : taps)
      if (input[tap] > highest) highest = input[tap];
    evaluation.output().as<float>()[index] = std::min(highest, range.highest);
  });
}

class MaxPool2d final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::max_pool_2d,
                                         .tflite_name = "MAX_POOL_2D",
                                         .summary = "Maximum of the elements under a window.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<PoolAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return pool_constraints(); }
  OperatorTraits traits() const override { return {.monotone = true}; }
  bool is_channelwise(const NodeView&) const override { return true; }
  int64_t window_reads(const NodeView& view) const override { return pool_reads(view); }
  std::vector<TensorType> infer(const NodeView& view) const override { return {infer_pool(view)}; }
  void evaluate(const Evaluation& evaluation) const override {
    if (evaluation.view.input(0).type.dtype == DType::f32) return evaluate_f32(evaluation);
    evaluate_integer(evaluation);
  }
};

}  // namespace

const Operator& max_pool_2d_operator() {
  static const MaxPool2d instance;
  return instance;
}

}  // namespace burin
