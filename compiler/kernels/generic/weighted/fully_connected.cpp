#include "kernels/generic/weighted/fully_connected.hpp"

#include "generic/four_products.hpp"
#include "kernels/generic/weighted/f32_blocks.hpp"
#include "kernels/generic/weighted/product_form.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "kernels/windows.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/fully_connected.hpp"

namespace burin {

using namespace fully_connected;
namespace {

// What both kernels for computed weights have in common; the bias is constant.
KernelCall computed_weights_call(const NodeView& view, ElementType bias_type, Constant no_bias) {
  KernelCall call;
  call.geometry = Geometry(LayerGeometry{.batches = static_cast<int32_t>(batch_count(view)),
                                         .inputs = input_length(view),
                                         .outputs = output_length(view)});
  call.arguments = {operand_argument(view, 0, "input", call)};
  call.arguments.push_back(operand_argument(view, 1, "weights", call));
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back(
      {"bias", bias_type, view.has_input(2) ? *view.input(2).constant : std::move(no_bias), 4});
  call.code_bytes = 160;
  return call;
}

class FullyConnectedComputedF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedComputedF32", Op::fully_connected, KernelSet::generic,
                                       "generic/fully_connected_computed.hpp",
                                       "Weights that are not constant, one product at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(1), DType::f32)) return Refusal{"it computes float32"};
    if (view.input(1).is_constant()) return Refusal{"it is for weights that are not constant"};
    KernelCall call = computed_weights_call(
        view, ElementType::f32, Constant::of(std::vector<float>(static_cast<size_t>(output_length(view)))));
    const RealRange range = activation_range_f32(view.node);
    call.arguments.insert(call.arguments.end(), {OutputArgument{0}, range.lowest, range.highest});
    const int64_t products = batch_count(view) * input_length(view) * output_length(view);
    call.work = {.instructions = 30 * batch_count(view) * output_length(view) + 3 * products,
                 .float_products = products};
    return call;
  }
};

class FullyConnectedComputedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedComputed", Op::fully_connected, KernelSet::generic,
                                       "generic/fully_connected_computed.hpp",
                                       "8-bit weights that are not constant, one product at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    if (view.input(1).is_constant()) return Refusal{"it is for weights that are not constant"};
    KernelCall call = computed_weights_call(
        view, ElementType::s32, Constant::of(std::vector<int32_t>(static_cast<size_t>(output_length(view)))));
    call.geometry.append(RoundingGeometry(context.rounding));
    const FixedPointMultiplier factor = multipliers(view).front();
    const ClampRange range = activation_range(view.node.activation, view.output());
    const std::vector<int32_t> quantization = {view.input(0).quantization.zero_point(),
                                               view.input(1).quantization.zero_point(),
                                               view.output().quantization.zero_point(),
                                               factor.multiplier,
                                               factor.shift,
                                               range.lowest,
                                               range.highest};
    call.arguments.push_back(ConstantArgument{call.constants.size()});
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    call.arguments.push_back(OutputArgument{0});
    const int64_t outputs = batch_count(view) * output_length(view);
    call.work = {.instructions = 30 * outputs + 7 * outputs * input_length(view),
                 .products = outputs * input_length(view),
                 .requantizations = outputs};
    return call;
  }
};

class FullyConnectedQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedQuantized", Op::fully_connected, KernelSet::generic,
                                       "generic/fully_connected_quantized.hpp",
                                       "int8 or uint8, four outputs at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    const WeightRows rows = weight_rows(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    const auto requantization = requantize_in_32_bits(rows, biases_of(view), view.input(0), view.output(),
                                                      multipliers(view), range, context.rounding);
    if (!requantization) return Refusal{sums_leave_32_bits};
    const bool in_fours = has_weights_in_fours(context);
    KernelCall call;
    call.geometry = Geometry(LayerGeometry{.batches = static_cast<int32_t>(batch_count(view)),
                                           .inputs = input_length(view),
                                           .outputs = output_length(view)},
                             ZeroPointsGeometry{.input_zero_point = view.input(0).quantization.zero_point(),
                                                .output_zero_point = view.output().quantization.zero_point()},
                             ClampGeometry{.activation_min = range.lowest, .activation_max = range.highest},
                             WeightsGeometry{rows.zero_point}, PackedWeightsGeometry{in_fours});
    call.geometry.append(requantization->geometry);
    const auto packed = burin_kernels::FourProductsPacker::pack(
        rows.values, static_cast<size_t>(rows.channels), 1, static_cast<size_t>(rows.length), in_fours);
    call.constants = {{"weights", ElementType::s8, Constant::of(packed), 4,
                       records_of_blocks(rows.channels, rows.length, 1)},
                      {"requantization", ElementType::s32, Constant::of(requantization->numbers), 4,
                       records_of_numbers(requantization->numbers, rows.channels)}};
    call.arguments = {InputArgument{0}, ConstantArgument{0}, ConstantArgument{1}, OutputArgument{0}};
    // A last block of fewer outputs takes as long as one of four.
    const int64_t blocks = batch_count(view) * ((output_length(view) + 3) / 4);
    call.work = {.instructions = 210 * blocks,
                 .products = 4 * blocks * input_length(view),
                 .requantizations = 4 * blocks};
    // ... and has its inputs one by one.
    if (output_length(view) % 4 != 0) call.work.instructions += 15 * batch_count(view) * input_length(view);
    call.code_bytes = 70;
    call.shared_code_bytes = 500;
    call.requantization = requantization->note;
    return call;
  }
};

// A convolution of one pixel a row.
BlockLayer block_layer(const NodeView& view) {
  const auto rows = static_cast<int32_t>(batch_count(view));
  return {.windows = {.height = {.input = rows}, .width = {}},
          .input = {1, rows, 1, input_length(view)},
          .output = {1, rows, 1, output_length(view)},
          .weight_channels = input_length(view),
          .depthwise = false};
}

class FullyConnectedS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS16", Op::fully_connected, KernelSet::generic,
                                       "generic/convolution_2d_s16.hpp",
                                       "int16, as a convolution of one pixel a row."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    if (!has_dtype(view.input(0), DType::s16)) return Refusal{"it computes int16"};
    const BlockLayer layer = block_layer(view);
    RequantizationOfS16 requantization = requantization_of_s16(view, multipliers(view), context.rounding);
    KernelCall call;
    call.geometry = Geometry(window_geometry(layer.windows, layer.input, layer.output),
                             WeightChannelsGeometry{layer.weight_channels});
    call.geometry.append(requantization.geometry);
    call.constants = {{"weights", ElementType::s8, *view.input(1).constant, 4},
                      std::move(requantization.numbers)};
    call.arguments = {InputArgument{0},  ConstantArgument{0}, ConstantArgument{1},
                      OutputArgument{0}, int32_t{0},          layer.output[1]};
    call.work = {.instructions = 80 * layer.output.elements() + 8 * layer.products()};
    call.code_bytes = 300;
    return call;
  }
};

class FullyConnectedF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dF32", Op::fully_connected, KernelSet::generic,
                                       "generic/convolution_2d_f32.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    return f32_blocks_call(view, block_layer(view));
  }
};

}  // namespace

const Kernel& fully_connected_computed_kernel() {
  static const FullyConnectedComputedKernel instance;
  return instance;
}

const Kernel& fully_connected_computed_f32_kernel() {
  static const FullyConnectedComputedF32Kernel instance;
  return instance;
}

const Kernel& fully_connected_quantized_kernel() {
  static const FullyConnectedQuantizedKernel instance;
  return instance;
}

const Kernel& fully_connected_s16_kernel() {
  static const FullyConnectedS16Kernel instance;
  return instance;
}

const Kernel& fully_connected_f32_kernel() {
  static const FullyConnectedF32Kernel instance;
  return instance;
}

}  // namespace burin
