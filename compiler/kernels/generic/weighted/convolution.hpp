// Host side of kernels: convolution.
#pragma once

#include "kernels/generic/weighted/f32_blocks.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/kernel.hpp"
#include "ops/weighted/convolution.hpp"

namespace burin {

// `weight_channels`: input channels that one output sees.
BlockLayer convolution_block_layer(const NodeView& view, int32_t weight_channels, bool depthwise);

// The call of Convolution2dQuantized or DepthwiseConvolution2dQuantized, but for the geometry of the weights
// and the products: `packed` weights as the kernel reads them.
std::variant<KernelCall, Refusal> quantized_convolution_call(const NodeView& view, const WeightRows& rows,
                                                             const std::vector<int8_t>& packed,
                                                             const LoweringContext& context);

// The call of Convolution2dS16 or DepthwiseConvolution2dS16, but for the geometry of the weights and the
// work.
std::variant<KernelCall, Refusal> s16_convolution_call(const NodeView& view, int32_t output_channels,
                                                       const LoweringContext& context);

}  // namespace burin
