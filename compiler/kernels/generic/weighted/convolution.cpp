#include "kernels/generic/weighted/convolution.hpp"

#include "kernels/generic/weighted/product_form.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "kernels/windows.hpp"

namespace burin {

BlockLayer convolution_block_layer(const NodeView& view, int32_t weight_channels, bool depthwise) {
  return {.windows = convolution_windows(view),
          .input = input_shape(view),
          .output = view.output().type.shape,
          .weight_channels = weight_channels,
          .depthwise = depthwise};
}

std::variant<KernelCall, Refusal> quantized_convolution_call(const NodeView& view, const WeightRows& rows,
                                                             const std::vector<int8_t>& packed,
                                                             const LoweringContext& context) {
  const ClampRange range = activation_range(view.node.activation, view.output());
  const auto requantization = requantize_in_32_bits(
      rows, biases_of(view), view.input(0), view.output(),
      convolution_multipliers(view, static_cast<int32_t>(rows.channels)), range, context.rounding);
  if (!requantization) return Refusal{sums_leave_32_bits};
  const Windows windows = convolution_windows(view);
  const Shape& output = view.output().type.shape;

  KernelCall call;
  call.geometry = Geometry(window_geometry(windows, input_shape(view), output));
  call.geometry.append(ZeroPointsGeometry{.input_zero_point = view.input(0).quantization.zero_point(),
                                          .output_zero_point = view.output().quantization.zero_point()});
  call.geometry.append(WeightsGeometry{.weights_zero_point = rows.zero_point});
  call.geometry.append(ClampGeometry{.activation_min = range.lowest, .activation_max = range.highest});
  call.geometry.append(requantization->geometry);
  call.requantization = requantization->note;
  call.constants = {{"weights", ElementType::s8, Constant::of(packed), 4},
                    {"requantization", ElementType::s32, Constant::of(requantization->numbers), 4,
                     records_of_numbers(requantization->numbers, rows.channels)}};
  call.arguments = {InputArgument{0},  ConstantArgument{0}, ConstantArgument{1},
                    OutputArgument{0}, int32_t{0},          output[1]};
  call.overlaps = window_overlaps(windows, input_shape(view), output);
  call.work.requantizations = output.elements();
  call.code_bytes = 130;
  call.shared_code_bytes = 1200;
  return call;
}

std::variant<KernelCall, Refusal> s16_convolution_call(const NodeView& view, int32_t output_channels,
                                                       const LoweringContext& context) {
  if (!has_dtype(view.input(0), DType::s16)) return Refusal{"it computes int16"};
  const Windows windows = convolution_windows(view);
  const Shape& output = view.output().type.shape;
  RequantizationOfS16 requantization =
      requantization_of_s16(view, convolution_multipliers(view, output_channels), context.rounding);
  KernelCall call;
  call.geometry = Geometry(window_geometry(windows, input_shape(view), output));
  call.geometry.append(requantization.geometry);
  call.constants = {{"weights", ElementType::s8, *view.input(1).constant, 4},
                    std::move(requantization.numbers)};
  call.arguments = {InputArgument{0},  ConstantArgument{0}, ConstantArgument{1},
                    OutputArgument{0}, int32_t{0},          output[1]};
  for (KernelOverlap overlap : window_overlaps(windows, input_shape(view), output)) {
    overlap.distance *= byte_width(DType::s16);
    call.overlaps.push_back(overlap);
  }
  call.code_bytes = 450;
  return call;
}

}  // namespace burin
