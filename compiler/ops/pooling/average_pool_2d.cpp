// AVERAGE_POOL_2D: the mean of the elements of every channel under a window, padding left out.
#include "kernels/average_pool_2d_s8.hpp"
#include "kernels/average_pool_2d_s8_dsp.hpp"
#include "kernels/average_pool_2d_s8_even.hpp"

#include <algorithm>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "ops/numerics.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {
namespace {

bool halves_to_even(const NodeView& view) {
  return view.attributes<PoolAttributes>().halves_to_even;
}

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

class AveragePool2dS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"AveragePool2dS8", Op::average_pool_2d, KernelSet::generic,
                                       "kernels/average_pool_2d_s8.hpp",
                                       "Integers, one element of the output after the other."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (halves_to_even(view)) return Refusal{"it rounds halves away from zero"};
    return pool_call(view);
  }
};

class AveragePool2dS8EvenKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "AveragePool2dS8Even", Op::average_pool_2d, KernelSet::generic, "kernels/average_pool_2d_s8_even.hpp",
        "int8 or uint8, halves to the even distance from the zero point, as models of ONNX have it."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!halves_to_even(view)) return Refusal{"it rounds halves to even"};
    std::variant<KernelCall, Refusal> call = pool_call(view);
    if (auto* taken = std::get_if<KernelCall>(&call)) {
      const int32_t zero = view.input(0).quantization.zero_point();
      taken->geometry.push_back({"zero_point_is_odd", zero % 2 == 0 ? 0 : 1});
      taken->work.instructions += 4 * view.output().type.shape.elements();
    }
    return call;
  }
};

class AveragePool2dS8DspKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "AveragePool2dS8Dsp", Op::average_pool_2d, KernelSet::arm_dsp, "kernels/average_pool_2d_s8_dsp.hpp",
        "Sums of four channels at a time, divided by a proved multiplication."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (view.input(0).type.dtype != DType::s8) return Refusal{"it computes int8"};
    if (halves_to_even(view)) return Refusal{"it rounds halves away from zero"};
    const Windows windows = pool_windows(view);
    if (windows.taps() > most_taps_of_mean_form) return Refusal{"the window has more than 256 taps"};
    if (view.input(0).type.shape[3] < 4) return Refusal{"it takes four channels or more"};
    // Where windows are cut by the border, one form for each number of taps.
    const bool unpadded = windows.height.unpadded() && windows.width.unpadded();
    const auto taps = static_cast<int32_t>(windows.taps());
    std::vector<MeanForm> forms;
    for (int32_t count = unpadded ? taps : 1; count <= taps; ++count) {
      const std::optional<MeanForm> form = find_average_form(count);
      if (!form) return Refusal{"no multiplication was proved to divide by the number of taps"};
      forms.push_back(*form);
    }
    std::variant<KernelCall, Refusal> call = pool_call(view);
    if (auto* taken = std::get_if<KernelCall>(&call)) {
      taken->constants = {{"divisions", ElementType::u32, Constant::of(words_of(forms)), 4}};
      taken->arguments.insert(taken->arguments.begin() + 1, ConstantArgument{0});
      taken->work = pool_dsp_work(view, 60, 45, 16);
      taken->requantization = "one multiplication in place of the division, proved for every sum";
    }
    return call;
  }
};

}  // namespace

const Operator& average_pool_2d_operator() {
  static const AveragePool2d instance;
  return instance;
}

const Kernel& average_pool_2d_f32_kernel() {
  static const PoolF32Kernel instance("AveragePool2dF32", Op::average_pool_2d);
  return instance;
}

const Kernel& average_pool_2d_s8_kernel() {
  static const AveragePool2dS8Kernel instance;
  return instance;
}

const Kernel& average_pool_2d_s8_even_kernel() {
  static const AveragePool2dS8EvenKernel instance;
  return instance;
}

const Kernel& average_pool_2d_s8_dsp_kernel() {
  static const AveragePool2dS8DspKernel instance;
  return instance;
}

}  // namespace burin
