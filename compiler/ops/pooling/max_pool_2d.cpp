// MAX_POOL_2D: the maximum of the elements of every channel under a window, padding left out.
#include "kernels/max_pool_2d_s8.hpp"

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

class MaxPool2dS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MaxPool2dS8", Op::max_pool_2d, KernelSet::generic,
                                       "kernels/max_pool_2d_s8.hpp",
                                       "Integers, one element of the output after the other."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return pool_call(view);
  }
};

class MaxPool2dS8DspKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MaxPool2dS8Dsp", Op::max_pool_2d, KernelSet::arm_dsp,
                                       "kernels/max_pool_2d_s8_dsp.hpp", "Four channels at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (view.input(0).type.dtype != DType::s8) return Refusal{"it computes int8"};
    if (view.input(0).type.shape[3] < 4) return Refusal{"it takes four channels or more"};
    std::variant<KernelCall, Refusal> call = pool_call(view);
    if (auto* taken = std::get_if<KernelCall>(&call)) taken->work = pool_dsp_work(view, 80, 25, 25);
    return call;
  }
};

}  // namespace

const Operator& max_pool_2d_operator() {
  static const MaxPool2d instance;
  return instance;
}

const Kernel& max_pool_2d_f32_kernel() {
  static const PoolF32Kernel instance("MaxPool2dF32", Op::max_pool_2d);
  return instance;
}

const Kernel& max_pool_2d_s8_kernel() {
  static const MaxPool2dS8Kernel instance;
  return instance;
}

const Kernel& max_pool_2d_s8_dsp_kernel() {
  static const MaxPool2dS8DspKernel instance;
  return instance;
}

}  // namespace burin
