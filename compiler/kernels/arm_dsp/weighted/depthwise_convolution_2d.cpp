#include "kernels/generic/weighted/depthwise_convolution_2d.hpp"
#include "arithmetic/requantization_form.hpp"
#include "arm_dsp/convolution_2d_s8_dual.hpp"
#include "arm_dsp/depthwise_convolution_2d_s8_any.hpp"
#include "arm_dsp/depthwise_convolution_2d_s8_planes.hpp"
#include "kernels/arm_dsp/weighted/dual.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/depthwise_convolution_2d.hpp"

namespace burin {

using namespace depthwise_convolution_2d;
namespace {

// The numbers that the kernels of the DSP extension pack: a bias, a multiplier and a shift for each output
// channel.
struct ChannelNumbers {
  std::vector<int32_t> biases;
  std::vector<int32_t> multipliers;
  std::vector<int8_t> shifts;
};

ChannelNumbers channel_numbers(const NodeView& view) {
  ChannelNumbers numbers;
  numbers.biases.resize(static_cast<size_t>(output_channels(view)));
  if (view.has_input(2)) {
    const auto own = view.input(2).constant->as<int32_t>();
    numbers.biases.assign(own.begin(), own.end());
  }
  for (const FixedPointMultiplier& m : multipliers(view)) {
    numbers.multipliers.push_back(m.multiplier);
    numbers.shifts.push_back(static_cast<int8_t>(m.shift));
  }
  return numbers;
}

// What the calls of the DSP extension's kernels have in common.
KernelCall stream_call(const burin_kernels::ConvolutionSpec& spec, const std::vector<uint32_t>& stream) {
  KernelCall call;
  call.geometry = Geometry(ConvolutionGeometry{spec});
  call.constants = {{"stream", ElementType::u32, Constant::of(stream), 4}};
  call.arguments = {InputArgument{0},  ConstantArgument{0}, OutputArgument{0},
                    ScratchArgument{}, int32_t{0},          spec.output_height};
  return call;
}

constexpr const char* inexact = "some channel's sums or multiplier exceed what it computes exactly";

// What a zero point of -128 gives the fast form of the planes kernel without a proof by cases, other channels
// have to be shown, one by one.
std::vector<std::optional<burin_kernels::DepthwiseFastForm>> proven_fast_forms(
    const NodeView& view, const burin_kernels::ConvolutionSpec& spec, Rounding rounding) {
  constexpr int post_shift = 10;
  const WeightRows rows = weight_rows(view);
  const ChannelNumbers numbers = channel_numbers(view);
  std::vector<std::optional<burin_kernels::DepthwiseFastForm>> result;
  for (size_t c = 0; c < numbers.biases.size(); ++c) {
    const Requantization reference{.multiplier = numbers.multipliers[c],
                                   .shift = numbers.shifts[c],
                                   .zero_point = spec.output_zero_point,
                                   .clamp_min = spec.activation_min,
                                   .clamp_max = spec.activation_max};
    const AccumulatorRange range = accumulator_range(rows.row(static_cast<int64_t>(c)), numbers.biases[c],
                                                     -128, 127, spec.input_zero_point);
    auto& form = result.emplace_back();
    // The widest scale of the weights leaves the most bits to the result.
    for (int scale = 8; scale > 0 && !form; --scale) {
      const auto found =
          prove_form(reference, rounding, range, {.prescale = scale, .post_shift = post_shift});
      if (found) form = burin_kernels::DepthwiseFastForm{scale, found->multiplier, found->constant};
    }
  }
  return result;
}

class DepthwiseConvolution2dS8PlanesKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "DepthwiseConvolution2dS8Planes", Op::depthwise_convolution_2d, KernelSet::arm_dsp,
        "arm_dsp/depthwise_convolution_2d_s8_planes.hpp",
        "3x3 windows over a sliding buffer of int16 planes, four channels at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    using Facts = burin_kernels::DepthwisePlanes;
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    const ClampRange range = activation_range(view.node.activation, view.output());
    const burin_kernels::ConvolutionSpec spec = convolution_spec(convolution_windows(view), view, range);
    if (spec.input_channels != spec.output_channels) return Refusal{"the depth multiplier is not 1"};
    if (!Facts::accepts(spec)) return Refusal{"it takes 3x3 windows with strides 1 or 2"};
    const ChannelNumbers numbers = channel_numbers(view);
    int64_t fast = 0;
    const auto stream = burin_kernels::DepthwisePlanesPacker::pack(
        spec, view.input(1).constant->as<int8_t>(), numbers.biases, numbers.multipliers, numbers.shifts,
        context.rounding == Rounding::litert, &fast, proven_fast_forms(view, spec, context.rounding));
    if (!stream) return Refusal{inexact};
    KernelCall call = stream_call(spec, *stream);
    call.constants[0].records = records_of_outputs(
        stream->size() / static_cast<size_t>(spec.output_channels) * 4, spec.output_channels, 4);
    call.requantization = requantization_note(fast, spec.output_channels, "exact 5-instruction form");
    call.scratch_bytes = Facts::scratch_bytes(spec);
    if (spec.batches == 1 && Facts::output_may_overlap_input(spec))
      call.overlaps = {{.input = 0, .distance = 0, .same_address_only = true}};
    call.work.packed = Facts::estimate_cycles(spec);
    call.code_bytes = 120;
    call.shared_code_bytes = 2800;
    return call;
  }
};

class DepthwiseConvolution2dS8AnyKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "DepthwiseConvolution2dS8Any", Op::depthwise_convolution_2d, KernelSet::arm_dsp,
        "arm_dsp/depthwise_convolution_2d_s8_any.hpp",
        "Any window and depth multiplier, by a table of where its taps lie, four channels at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    using Facts = burin_kernels::DepthwiseAny;
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    const bool once = context.rounding == Rounding::litert;
    const ClampRange range = activation_range(view.node.activation, view.output());
    const burin_kernels::ConvolutionSpec spec = convolution_spec(convolution_windows(view), view, range);
    if (!Facts::accepts(spec)) return Refusal{"it takes four input channels or more"};
    const ChannelNumbers numbers = channel_numbers(view);
    const auto stream = burin_kernels::DepthwiseAnyPacker::pack(
        spec, view.input(1).constant->as<int8_t>(), numbers.biases, numbers.multipliers, numbers.shifts);
    if (!stream) return Refusal{inexact};
    KernelCall call = stream_call(spec, *stream);
    call.geometry.append(RoundingGeometry(once));
    call.requantization = requantization_note(0, spec.output_channels,
                                              once ? "exact 4-instruction form" : "exact 5-instruction form");
    call.scratch_bytes = Facts::scratch_bytes(spec);
    call.work.packed = Facts::estimate_cycles(spec);
    call.code_bytes = 120;
    call.shared_code_bytes = 300;
    return call;
  }
};

// With one input channel a depthwise convolution is an ordinary one, and all outputs share their columns.
class DepthwiseConvolution2dS8DualKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "Convolution2dS8Dual", Op::depthwise_convolution_2d, KernelSet::arm_dsp,
        "arm_dsp/convolution_2d_s8_dual.hpp",
        "Of one input channel: as CONV_2D, columns of int16 times dual weights."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    if (input_shape(view)[3] != 1) return Refusal{"there are several input channels"};
    const ClampRange range = activation_range(view.node.activation, view.output());
    return dual_convolution_call(convolution_spec(convolution_windows(view), view, range), weight_rows(view),
                                 channel_numbers(view).biases, multipliers(view), context,
                                 convolution_windows(view), view);
  }
};

}  // namespace

const Kernel& depthwise_convolution_2d_s8_planes_kernel() {
  static const DepthwiseConvolution2dS8PlanesKernel instance;
  return instance;
}

const Kernel& depthwise_convolution_2d_s8_any_kernel() {
  static const DepthwiseConvolution2dS8AnyKernel instance;
  return instance;
}

const Kernel& depthwise_convolution_2d_s8_dual_kernel() {
  static const DepthwiseConvolution2dS8DualKernel instance;
  return instance;
}

}  // namespace burin
