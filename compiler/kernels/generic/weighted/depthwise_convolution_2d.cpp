#include "kernels/generic/weighted/depthwise_convolution_2d.hpp"

#include "generic/four_products.hpp"
#include "kernels/generic/weighted/convolution.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/depthwise_convolution_2d.hpp"

namespace burin {

using namespace depthwise_convolution_2d;
namespace {

class DepthwiseConvolution2dQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "DepthwiseConvolution2dQuantized", Op::depthwise_convolution_2d, KernelSet::generic,
        "generic/depthwise_convolution_2d_quantized.hpp",
        "int8 or uint8, any window and depth multiplier, four outputs at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    const WeightRows rows = weight_rows(view);
    const auto packed = burin_kernels::FourProductsPacker::as_they_are(
        WeightRows::of(view.input(1), output_channels(view)).values);
    auto result = quantized_convolution_call(view, rows, packed, context);
    auto* const call = std::get_if<KernelCall>(&result);
    if (call == nullptr) return result;
    const int64_t outputs = view.output().type.shape.elements();
    const int64_t pixels = outputs / rows.channels;
    const int64_t left_over = pixels * (rows.channels % 4);
    // Four inputs are one word where each output has its own.
    const int64_t tenths_a_product = rows.channels == input_shape(view)[3] ? 26 : 94;
    call->work.products = outputs * rows.length;
    call->work.instructions = 460 * pixels + (29 + 4 * convolution_windows(view).height.window) * outputs +
                              call->work.products * tenths_a_product / 10 +
                              left_over * (200 + 8 * rows.length);
    return result;
  }
};

class DepthwiseConvolution2dS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"DepthwiseConvolution2dS16", Op::depthwise_convolution_2d,
                                       KernelSet::generic, "generic/depthwise_convolution_2d_s16.hpp",
                                       "int16. Any window and depth multiplier."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    auto result = s16_convolution_call(view, output_channels(view), context);
    auto* const call = std::get_if<KernelCall>(&result);
    if (call == nullptr) return result;
    const int64_t outputs = view.output().type.shape.elements();
    const int64_t pieces = outputs * convolution_windows(view).height.window;
    call->work = {.instructions = 60 * outputs + 20 * pieces + 12 * operator_of(view.node).macs(view)};
    return result;
  }
};

class DepthwiseConvolution2dF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"DepthwiseConvolution2dF32", Op::depthwise_convolution_2d,
                                       KernelSet::generic, "generic/depthwise_convolution_2d_f32.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return f32_blocks_call(view, convolution_block_layer(view, 1, true));
  }
};

}  // namespace

const Kernel& depthwise_convolution_2d_quantized_kernel() {
  static const DepthwiseConvolution2dQuantizedKernel instance;
  return instance;
}

const Kernel& depthwise_convolution_2d_s16_kernel() {
  static const DepthwiseConvolution2dS16Kernel instance;
  return instance;
}

const Kernel& depthwise_convolution_2d_f32_kernel() {
  static const DepthwiseConvolution2dF32Kernel instance;
  return instance;
}

}  // namespace burin
