// DEPTHWISE_CONV_2D: a convolution in which every input channel has outputs of its own.
//
// Operands: input [batches, height, width, channels], weights [1, window height, window width, outputs] and
// bias [outputs] or absent. outputs = m * channels; output channel c * m + j reads input channel c. The
// format's field depth_multiplier is not read: files leave it 0, and m follows from the shapes.
#include "kernels/convolution_2d_s8_dual.hpp"
#include "kernels/depthwise_convolution_2d_quantized.hpp"
#include "kernels/depthwise_convolution_2d_s8_any.hpp"
#include "kernels/depthwise_convolution_2d_s8_planes.hpp"

#include "arithmetic/requantization_form.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/dual.hpp"

namespace burin {
namespace {

int32_t output_channels(const NodeView& view) {
  return weights_shape(view)[3];
}

std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  return convolution_multipliers(view, output_channels(view));
}

constexpr Constraint constraint_list[] = {
    {weighted_types_sentence, has_weighted_types},
    {"the input is of rank 4 and not empty",
     [](const NodeView& v) { return input_shape(v).rank() == 4 && input_shape(v).elements() > 0; }},
    {"the weights are constant, of rank 4 with first dimension 1, and not empty",
     [](const NodeView& v) {
       return v.input(1).is_constant() && weights_shape(v).rank() == 4 && weights_shape(v)[0] == 1 &&
              weights_shape(v).elements() > 0;
     }},
    {"the output channels are a multiple of the input channels",
     [](const NodeView& v) { return output_channels(v) % input_shape(v)[3] == 0; }},
    {"strides and dilations are 1 to 65535, paddings 0 to 65535",
     [](const NodeView& v) { return convolution_windows(v).sound(); }},
    {"the window is no larger than the padded input",
     [](const NodeView& v) { return convolution_windows(v).fit(); }},
    {"integer input and output are quantised per tensor; integer weights per tensor, or per output channel "
     "with zero points 0, as they have to be in float32",
     [](const NodeView& v) { return has_weighted_quantization(v, 3); }},
    {"the bias is absent, or constant with one element an output channel, of int16 int64",
     [](const NodeView& v) {
       return !v.has_input(2) ||
              (is_constant_vector_or_absent(v, 2, v.input(2).type.dtype, output_channels(v)) &&
               !(has_dtype(v.input(0), DType::s16) && has_dtype(v.input(2), DType::s32)));
     }},
    {wide_sums_sentence, [](const NodeView& v) { return has_wide_sums_in_bounds(v, multipliers); }},
};

// Calls add(element of the input, element of the weights) for every product of one output.
template <class Add>
void for_each_product(const NodeView& view, const Windows& windows, const ConvolutionPosition& at, Add add) {
  const WindowAxis& vertical = windows.height;
  const WindowAxis& horizontal = windows.width;
  const int64_t channels = input_shape(view)[3];
  const int64_t outputs = output_channels(view);
  for (int64_t ky = 0; ky < vertical.window; ++ky) {
    const int64_t row = vertical.position(at.y, ky);
    if (!vertical.contains(row)) continue;
    for (int64_t kx = 0; kx < horizontal.window; ++kx) {
      const int64_t column = horizontal.position(at.x, kx);
      if (!horizontal.contains(column)) continue;
      const int64_t pixel = (at.batch * vertical.input + row) * horizontal.input + column;
      add(static_cast<size_t>(pixel * channels + at.channel / (outputs / channels)),
          static_cast<size_t>((ky * horizontal.window + kx) * outputs + at.channel));
    }
  }
}

class DepthwiseConvolution2d final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::depthwise_convolution_2d,
                                         .tflite_name = "DEPTHWISE_CONV_2D",
                                         .summary = "Convolution of every channel on its own, plus bias.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 3,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<WindowAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    return infer_convolution(view, output_channels(view));
  }

  void evaluate(const Evaluation& evaluation) const override {
    evaluate_convolution(evaluation, output_channels(evaluation.view),
                         [](const NodeView& view, const Windows& windows, const ConvolutionPosition& at,
                            const auto& add) { for_each_product(view, windows, at, add); });
  }

  int64_t macs(const NodeView& view) const override {
    return view.output().type.shape.elements() * convolution_windows(view).taps();
  }
};

// The taps of every output channel together.
WeightRows weight_rows(const NodeView& view) {
  WeightRows rows = WeightRows::of(view.input(1), output_channels(view));
  const auto channels = static_cast<size_t>(rows.channels);
  const std::vector<int8_t> values = std::move(rows.values);
  rows.values.clear();
  for (size_t o = 0; o < channels; ++o)
    for (size_t i = o; i < values.size(); i += channels) rows.values.push_back(values[i]);
  return rows;
}

class DepthwiseConvolution2dQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "DepthwiseConvolution2dQuantized",
        Op::depthwise_convolution_2d,
        KernelSet::generic,
        "kernels/depthwise_convolution_2d_quantized.hpp",
        "int8 or uint8, any window and depth multiplier, four outputs at a time.",
        "kernels/four_products_dsp.hpp"};
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
  call.geometry = geometry_of(spec);
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
        "kernels/depthwise_convolution_2d_s8_planes.hpp",
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
        "kernels/depthwise_convolution_2d_s8_any.hpp",
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
    call.geometry.emplace_back("round_once", once);
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
        "kernels/convolution_2d_s8_dual.hpp",
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

class DepthwiseConvolution2dS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"DepthwiseConvolution2dS16", Op::depthwise_convolution_2d,
                                       KernelSet::generic, "kernels/depthwise_convolution_2d_s16.hpp",
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
                                       KernelSet::generic, "kernels/depthwise_convolution_2d_f32.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return f32_blocks_call(view, convolution_block_layer(view, 1, true));
  }
};

}  // namespace

const Operator& depthwise_convolution_2d_operator() {
  static const DepthwiseConvolution2d instance;
  return instance;
}

const Kernel& depthwise_convolution_2d_quantized_kernel() {
  static const DepthwiseConvolution2dQuantizedKernel instance;
  return instance;
}

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

const Kernel& depthwise_convolution_2d_s16_kernel() {
  static const DepthwiseConvolution2dS16Kernel instance;
  return instance;
}

const Kernel& depthwise_convolution_2d_f32_kernel() {
  static const DepthwiseConvolution2dF32Kernel instance;
  return instance;
}

}  // namespace burin
