#include "kernels/arm_dsp/weighted/dual.hpp"

#include <fmt/format.h>

#include "arithmetic/requantization_form.hpp"
#include "arm_dsp/convolution_2d_s8_dual.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/windows.hpp"

namespace burin {

std::string requantization_note(int64_t proved, int64_t channels, const char* exact_form) {
  if (proved == 0) return fmt::format("{} for all {} channels", exact_form, channels);
  if (proved == channels) return fmt::format("2-instruction form proved for all {} channels", channels);
  return fmt::format("2-instruction form proved for {} of {} channels, {} for {}", proved, channels,
                     exact_form, channels - proved);
}

std::vector<burin_kernels::ChannelRequantization> prove_requantization(
    const WeightRows& weights, std::span<const int32_t> folded,
    const std::vector<FixedPointMultiplier>& multipliers, int32_t output_zero_point, ClampRange clamp,
    Rounding rounding) {
  std::vector<burin_kernels::ChannelRequantization> result;
  constexpr int prescale = 8;  // dual weights leave one of two sums shifted by it
  for (size_t c = 0; c < multipliers.size(); ++c) {
    burin_kernels::ChannelRequantization channel{multipliers[c].multiplier, multipliers[c].shift, {}};
    const Requantization reference{.multiplier = multipliers[c].multiplier,
                                   .shift = multipliers[c].shift,
                                   .zero_point = output_zero_point,
                                   .clamp_min = clamp.lowest,
                                   .clamp_max = clamp.highest};
    const AccumulatorRange range =
        accumulator_range(weights.row(static_cast<int64_t>(c)), folded[c], -128, 127, 0);
    for (size_t i = 0; i < burin_kernels::scaled_shifts.size(); ++i) {
      const auto form = prove_form(reference, rounding, range,
                                   {.prescale = prescale, .post_shift = burin_kernels::scaled_shifts[i]});
      if (form) channel.scaled[i] = burin_kernels::ScaledRequantization{form->multiplier, form->constant};
    }
    result.push_back(channel);
  }
  return result;
}

namespace {

// A group is four biases, its weights, and eight numbers of requantization.
std::vector<ConstantRecord> dual_records(size_t words, int64_t channels) {
  std::vector<ConstantRecord> records;
  const size_t each = words / static_cast<size_t>((channels + 3) / 4);
  for (const ConstantRecord& group : records_of_outputs(each, channels, 4)) {
    records.push_back({group.first, group.title + ": biases"});
    records.push_back({group.first + 4, group.title + ": weights"});
    records.push_back({group.first + each - 8, group.title + ": requantization"});
  }
  return records;
}

}  // namespace

burin_kernels::ConvolutionSpec convolution_spec(const Windows& windows, const NodeView& view,
                                                ClampRange clamp) {
  const Shape& input = view.input(0).type.shape;
  const Shape& output = view.output().type.shape;
  return {.batches = input[0],
          .input_height = input[1],
          .input_width = input[2],
          .input_channels = input[3],
          .window_height = windows.height.window,
          .window_width = windows.width.window,
          .output_height = output[1],
          .output_width = output[2],
          .output_channels = output[3],
          .stride_height = windows.height.stride,
          .stride_width = windows.width.stride,
          .dilation_height = windows.height.dilation,
          .dilation_width = windows.width.dilation,
          .pad_top = windows.height.pad_before,
          .pad_left = windows.width.pad_before,
          .input_zero_point = view.input(0).quantization.zero_point(),
          .output_zero_point = view.output().quantization.zero_point(),
          .activation_min = clamp.lowest,
          .activation_max = clamp.highest};
}

std::variant<KernelCall, Refusal> dual_convolution_call(const burin_kernels::ConvolutionSpec& spec,
                                                        const WeightRows& weights,
                                                        std::span<const int32_t> bias,
                                                        const std::vector<FixedPointMultiplier>& multipliers,
                                                        const LoweringContext& context,
                                                        const Windows& windows, const NodeView& view) {
  if (!burin_kernels::ConvolutionDual::accepts(spec)) return Refusal{"it does not take this geometry"};
  const auto folded = folded_biases(weights, bias, spec.input_zero_point);
  if (!folded) return Refusal{"sums of products can leave 32 bits"};
  const auto channels = prove_requantization(weights, *folded, multipliers, spec.output_zero_point,
                                             {spec.activation_min, spec.activation_max}, context.rounding);
  int64_t proved = 0;
  const auto stream = burin_kernels::ConvolutionDualPacker::pack(
      spec, weights.values, bias, channels, &proved, context.rounding == Rounding::litert);
  if (!stream) return Refusal{"some channel's sums or multiplier exceed what it computes exactly"};
  KernelCall call;
  call.geometry = Geometry(ConvolutionGeometry{spec});
  call.constants = {{"stream", ElementType::u32, Constant::of(*stream), 4,
                     dual_records(stream->size(), spec.output_channels)}};
  call.arguments = {InputArgument{0},  ConstantArgument{0}, OutputArgument{0},
                    ScratchArgument{}, int32_t{0},          spec.output_height};
  call.scratch_bytes = burin_kernels::ConvolutionDual::scratch_bytes(spec);
  // A strip reads all its inputs before it writes its first output, which is less than these overlaps allow
  // for.
  call.overlaps = window_overlaps(windows, view.input(0).type.shape, view.output().type.shape);
  call.work.packed = burin_kernels::ConvolutionDualPacker::estimate_cycles(spec);
  call.code_bytes = burin_kernels::ConvolutionDualPacker::code_bytes;
  call.shared_code_bytes = burin_kernels::ConvolutionDualPacker::shared_code_bytes;
  call.requantization = requantization_note(
      proved, weights.channels,
      context.rounding == Rounding::litert || spec.output_zero_point == -128 ? "exact 4-instruction form"
                                                                             : "exact 5-instruction form");
  return call;
}

}  // namespace burin
