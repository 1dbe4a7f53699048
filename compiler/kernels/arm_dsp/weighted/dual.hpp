// What the kernels of the DSP extension that multiply by dual weights are given: proven requantisation for
// every output channel, and the shape of a convolution.
#pragma once

#include <string>
#include <vector>

#include "arm_dsp/dual_packing_s8.hpp"
#include "generic/convolution_spec.hpp"
#include "kernels/generic/weighted/weighted.hpp"
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

// The Geometry of kernels that take a ConvolutionSpec, whole tensors stored.
std::vector<std::pair<std::string, int32_t>> geometry_of(const burin_kernels::ConvolutionSpec& spec);

// The call of Convolution2dS8Dual for weights OHWI; `bias` may be empty.
std::variant<KernelCall, Refusal> dual_convolution_call(const burin_kernels::ConvolutionSpec& spec,
                                                        const WeightRows& weights,
                                                        std::span<const int32_t> bias,
                                                        const std::vector<FixedPointMultiplier>& multipliers,
                                                        const LoweringContext& context,
                                                        const Windows& windows, const NodeView& view);

}  // namespace burin
