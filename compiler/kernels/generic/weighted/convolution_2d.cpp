#include "kernels/generic/weighted/convolution_2d.hpp"

#include "generic/convolution_2d_quantized.hpp"
#include "kernels/generic/weighted/convolution.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/convolution_2d.hpp"

namespace burin {

using namespace convolution_2d;
namespace {

class Convolution2dQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dQuantized", Op::convolution_2d, KernelSet::generic,
                                       "generic/convolution_2d_quantized.hpp",
                                       "int8 or uint8, any window and any groups, four outputs at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    const WeightRows rows = weight_rows(view);
    const auto channels = static_cast<size_t>(weights_shape(view)[3]);
    const Windows windows = convolution_windows(view);
    // A row of several taps may be read from any of them, so that fours must not cross.
    const bool in_fours = has_weights_in_fours(context) && (channels % 4 == 0 || windows.width.window == 1);
    const auto packed =
        burin_kernels::FourProductsPacker::pack(rows.values, static_cast<size_t>(rows.channels),
                                                static_cast<size_t>(groups(view)), channels, in_fours);
    auto result = quantized_convolution_call(view, rows, packed, context);
    auto* const call = std::get_if<KernelCall>(&result);
    if (call == nullptr) return result;
    call->geometry.append(WeightChannelsGeometry{.weight_channels = weights_shape(view)[3]});
    call->geometry.append(PackedWeightsGeometry{.in_fours = in_fours});
    call->constants[0].records = records_of_blocks(rows.channels, rows.length, groups(view));
    // A last block of fewer output channels takes as long as one of four.
    const int64_t outputs = view.output().type.shape.elements();
    const int64_t pixels = outputs / rows.channels;
    call->work.products = pixels * ((rows.channels + 3) / 4 * 4) * rows.length;
    call->work.instructions = 460 * pixels + (29 + 6 * windows.height.window) * outputs;
    // ... and has its inputs one by one.
    if (rows.channels % 4 != 0) call->work.instructions += 15 * pixels * rows.length;
    if (!in_fours) call->work.instructions += call->work.products * 3 / 5;
    return result;
  }
};

class Convolution2dS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS16", Op::convolution_2d, KernelSet::generic,
                                       "generic/convolution_2d_s16.hpp", "int16. Any window and any groups."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    auto result = s16_convolution_call(view, output_channels(view), context);
    auto* const call = std::get_if<KernelCall>(&result);
    if (call == nullptr) return result;
    call->geometry.append(WeightChannelsGeometry{weights_shape(view)[3]});
    const int64_t outputs = view.output().type.shape.elements();
    const int64_t pieces = outputs * convolution_windows(view).height.window;
    call->work = {.instructions = 60 * outputs + 20 * pieces + 8 * operator_of(view.node).macs(view)};
    return result;
  }
};

class Convolution2dF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dF32", Op::convolution_2d, KernelSet::generic,
                                       "generic/convolution_2d_f32.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return f32_blocks_call(view, convolution_block_layer(view, weights_shape(view)[3], false));
  }
};

}  // namespace

const Kernel& convolution_2d_quantized_kernel() {
  static const Convolution2dQuantizedKernel instance;
  return instance;
}

const Kernel& convolution_2d_s16_kernel() {
  static const Convolution2dS16Kernel instance;
  return instance;
}

const Kernel& convolution_2d_f32_kernel() {
  static const Convolution2dF32Kernel instance;
  return instance;
}

}  // namespace burin
