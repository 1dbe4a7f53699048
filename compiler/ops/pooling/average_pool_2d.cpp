// AVERAGE_POOL_2D: the mean of the elements of every channel under a window, padding left out.

#include <algorithm>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "ops/numerics.hpp"
#include "ops/pooling/average_pool_2d.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {

using namespace average_pool_2d;

namespace {

// The quotient to the nearest integer, halves to the even one. Source: IEEE 754, roundTiesToEven.
int64_t nearest_even(int64_t sum, int64_t count) {
  int64_t quotient = sum / count;
  if (quotient * count > sum) --quotient;  // the floor
  const int64_t twice = 2 * (sum - quotient * count);
  if (twice > count || (twice == count && quotient % 2 != 0)) ++quotient;
  return quotient;
}

void evaluate_integer(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const ClampRange range = activation_range(view.node.activation, view.output());
  if (halves_to_even(view)) {
    const int64_t zero = view.input(0).quantization.zero_point();
    return for_each_pool(view, [&](size_t index, std::span<const size_t> taps) {
      int64_t sum = 0;
      for (const size_t tap : taps) sum += evaluation.input(0).integer(tap) - zero;
      const int64_t mean = zero + nearest_even(sum, static_cast<int64_t>(taps.size()));
      evaluation.output().set_integer(index, std::clamp<int64_t>(mean, range.lowest, range.highest));
    });
  }
  for_each_pool(view, [&](size_t index, std::span<const size_t> taps) {
    const auto count = static_cast<int64_t>(taps.size());
    int64_t sum = 0;
    for (const size_t tap : taps) sum += evaluation.input(0).integer(tap);
    // Halves go away from zero; division truncates.
    const int64_t mean = (sum + (sum > 0 ? count / 2 : -(count / 2))) / count;
    evaluation.output().set_integer(index, std::clamp<int64_t>(mean, range.lowest, range.highest));
  });
}

void evaluate_f32(const Evaluation& evaluation) {
  const RealRange range = activation_range_f32(evaluation.view.node);
  const auto input = evaluation.input(0).as<float>();
  for_each_pool(evaluation.view, [&](size_t index, std::span<const size_t> taps) {
    float sum = 0;
    for (const size_t tap : taps) sum += input[tap];
    const float mean = sum / static_cast<float>(taps.size());
    evaluation.output().as<float>()[index] = std::clamp(mean, range.lowest, range.highest);
  });
}

class AveragePool2d final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::average_pool_2d,
                                         .tflite_name = "AVERAGE_POOL_2D",
                                         .summary = "Mean of the elements under a window.",
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

const Operator& average_pool_2d_operator() {
  static const AveragePool2d instance;
  return instance;
}

}  // namespace burin
