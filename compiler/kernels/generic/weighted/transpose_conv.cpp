#include "ops/weighted/transpose_conv.hpp"
#include "generic/four_products.hpp"
#include "kernels/generic/weighted/product_form.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "kernels/windows.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/window.hpp"

namespace burin {

using namespace transpose_conv;
namespace {

// Windows of the output, which move with the input.
WindowGeometry geometry_of(const NodeView& view) {
  const auto& a = view.attributes<TransposeConvAttributes>();
  const Shape& in = input_shape(view);
  const Shape& out = output_shape(view);
  return {.batches = in[0],
          .input_height = in[1],
          .input_width = in[2],
          .input_channels = in[3],
          .output_height = out[1],
          .output_width = out[2],
          .output_channels = out[3],
          .window_height = weights_shape(view)[1],
          .window_width = weights_shape(view)[2],
          .stride_height = a.stride_height,
          .stride_width = a.stride_width,
          .pad_top = a.pad_top,
          .pad_left = a.pad_left};
}

class TransposeConvolutionF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"TransposeConvolutionF32", Op::transpose_conv, KernelSet::generic,
                                       "generic/transpose_convolution_f32.hpp",
                                       "Gathers each output's products."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!is_float(view)) return Refusal{"it computes float32"};
    const RealRange range = activation_range_f32(view.node);
    const std::vector<float> no_bias(static_cast<size_t>(output_shape(view)[3]));
    KernelCall call;
    call.geometry = Geometry(geometry_of(view));
    const KernelArgument input = operand_argument(view, 0, "input", call);
    const size_t first = call.constants.size();
    call.constants.push_back({"weights", ElementType::f32, *view.input(1).constant, 4});
    call.constants.push_back(
        {"bias", ElementType::f32, view.has_input(2) ? *view.input(2).constant : Constant::of(no_bias), 4});
    call.arguments = {
        input,        ConstantArgument{first}, ConstantArgument{first + 1}, OutputArgument{0}, range.lowest,
        range.highest};
    const int64_t products = operator_of(view.node).macs(view);
    const int64_t loops = 60 * output_shape(view).elements() * weights_shape(view)[1];
    call.work = {.instructions = loops + 6 * products, .float_products = products};
    call.code_bytes = 420;
    return call;
  }
};

class TransposeConvolutionS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"TransposeConvolutionS8", Op::transpose_conv, KernelSet::generic,
                                       "generic/transpose_convolution_s8.hpp",
                                       "Gathers the products of four outputs at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.input(0), DType::s8)) return Refusal{"it computes int8"};
    const Shape& out = output_shape(view);
    const WeightRows rows = WeightRows::of(view.input(1), out[3]);
    const ClampRange range = activation_range(view.node.activation, view.output());
    const auto requantization = requantize_in_32_bits(rows, biases_of(view), view.input(0), view.output(),
                                                      multipliers(view), range, context.rounding);
    if (!requantization) return Refusal{sums_leave_32_bits};
    const bool in_fours = has_weights_in_fours(context);
    KernelCall call;
    call.geometry = Geometry(geometry_of(view));
    call.geometry.append(ZeroPointsGeometry{.input_zero_point = view.input(0).quantization.zero_point(),
                                            .output_zero_point = view.output().quantization.zero_point()});
    call.geometry.append(ClampGeometry{.activation_min = range.lowest, .activation_max = range.highest});
    call.geometry.append(PackedWeightsGeometry{.in_fours = in_fours});
    call.geometry.append(requantization->geometry);
    const auto packed =
        burin_kernels::FourProductsPacker::pack(rows.values, static_cast<size_t>(rows.channels), 1,
                                                static_cast<size_t>(input_shape(view)[3]), in_fours);
    const KernelArgument input = operand_argument(view, 0, "input", call);
    const size_t first = call.constants.size();
    call.constants.push_back({"weights", ElementType::s8, Constant::of(packed), 4,
                              records_of_blocks(rows.channels, rows.length, 1)});
    call.constants.push_back({"requantization", ElementType::s32, Constant::of(requantization->numbers), 4,
                              records_of_numbers(requantization->numbers, rows.channels)});
    call.arguments = {input, ConstantArgument{first}, ConstantArgument{first + 1}, OutputArgument{0}};
    call.requantization = requantization->note;
    // A last block of fewer outputs takes as long as one of four.
    const int64_t blocks = (out[3] + 3) / 4;
    const int64_t taps = operator_of(view.node).macs(view) / (input_shape(view)[3] * out[3]);
    call.work = {
        .instructions = 300 * (out.elements() / out[3]) + taps * (60 + 66 * blocks) + 29 * out.elements(),
        .products = taps * 4 * blocks * input_shape(view)[3],
        .requantizations = out.elements()};
    // ... and has its inputs one by one.
    if (out[3] % 4 != 0) call.work.instructions += 15 * taps * input_shape(view)[3];
    call.code_bytes = 90;
    call.shared_code_bytes = 900;
    return call;
  }
};

class TransposeConvolutionS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"TransposeConvolutionS16", Op::transpose_conv, KernelSet::generic,
                                       "generic/transpose_convolution_s16.hpp",
                                       "int16. Gathers each output's products."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!is_s16(view)) return Refusal{"it computes int16"};
    RequantizationOfS16 requantization = requantization_of_s16(view, multipliers(view), context.rounding);
    KernelCall call;
    call.geometry = Geometry(geometry_of(view));
    call.geometry.append(requantization.geometry);
    const KernelArgument input = operand_argument(view, 0, "input", call);
    const size_t first = call.constants.size();
    call.constants.push_back({"weights", ElementType::s8, *view.input(1).constant, 4});
    call.constants.push_back(std::move(requantization.numbers));
    call.arguments = {input, ConstantArgument{first}, ConstantArgument{first + 1}, OutputArgument{0}};
    call.work = {.instructions = 60 * output_shape(view).elements() * weights_shape(view)[1] +
                                 8 * operator_of(view.node).macs(view)};
    call.code_bytes = 450;
    return call;
  }
};

}  // namespace

const Kernel& transpose_conv_f32_kernel() {
  static const TransposeConvolutionF32Kernel instance;
  return instance;
}

const Kernel& transpose_conv_s16_kernel() {
  static const TransposeConvolutionS16Kernel instance;
  return instance;
}

const Kernel& transpose_conv_s8_kernel() {
  static const TransposeConvolutionS8Kernel instance;
  return instance;
}

}  // namespace burin
