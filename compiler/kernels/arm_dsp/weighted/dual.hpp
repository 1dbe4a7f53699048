// What the kernels of the DSP extension that multiply by dual weights are given: proven requantization for
// every output channel, and the shape of a convolution.
#pragma once

#include <string>
#include <vector>

#include "arm_dsp/dual_packing_s8.hpp"
#include "generic/convolution_spec.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"

namespace burin {

// "2-instruction form proved for 14 of 16 channels, exact form (4 or 5 instructions) for 2".
std::string requantization_note(int64_t proved, int64_t channels, const char* exact_form);

// For each channel the reference's numbers and, where one is proven for every reachable accumulator, a cheap
// form. `folded` are the biases with the input's zero point folded in; inputs are any int8.
std::vector<burin_kernels::ChannelRequantization> prove_requantization(
    const WeightRows& weights, std::span<const int32_t> folded,
    const std::vector<FixedPointMultiplier>& multipliers, int32_t output_zero_point, ClampRange clamp,
    Rounding rounding);

burin_kernels::ConvolutionSpec convolution_spec(const Windows& windows, const NodeView& view,
                                                ClampRange clamp);

// Of kernels that take a ConvolutionSpec, whole tensors stored.
struct ConvolutionGeometry {
  burin_kernels::ConvolutionSpec spec;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", spec.batches);
    visit("input_height", spec.input_height);
    visit("input_width", spec.input_width);
    visit("input_channels", spec.input_channels);
    visit("window_height", spec.window_height);
    visit("window_width", spec.window_width);
    visit("output_height", spec.output_height);
    visit("output_width", spec.output_width);
    visit("output_channels", spec.output_channels);
    visit("stride_height", spec.stride_height);
    visit("stride_width", spec.stride_width);
    visit("dilation_height", spec.dilation_height);
    visit("dilation_width", spec.dilation_width);
    visit("pad_top", spec.pad_top);
    visit("pad_left", spec.pad_left);
    visit("input_zero_point", spec.input_zero_point);
    visit("output_zero_point", spec.output_zero_point);
    visit("activation_min", spec.activation_min);
    visit("activation_max", spec.activation_max);
    visit("input_ring_rows", 0);
    visit("output_ring_rows", 0);
  }
};

// The call of Convolution2dS8Dual for weights OHWI; `bias` may be empty.
std::variant<KernelCall, Refusal> dual_convolution_call(const burin_kernels::ConvolutionSpec& spec,
                                                        const WeightRows& weights,
                                                        std::span<const int32_t> bias,
                                                        const std::vector<FixedPointMultiplier>& multipliers,
                                                        const LoweringContext& context,
                                                        const Windows& windows, const NodeView& view);

}  // namespace burin
