// CONV_2D: output = activation(sum over the taps of a window and the channels of input · weights, + bias).
//
// Operands: input [batches, height, width, channels], weights [outputs, window height, window width,
// channels] and bias [outputs] or absent. With fewer weight channels the convolution is grouped: the input's
// channels and the outputs fall into input channels / weight channels groups of neighbours, each on its own.
#include "kernels/convolution_2d_quantized.hpp"

#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/dual.hpp"

namespace burin {
namespace {

int32_t output_channels(const NodeView& view) {
  return weights_shape(view)[0];
}
int32_t groups(const NodeView& view) {
  return input_shape(view)[3] / weights_shape(view)[3];
}

std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  return convolution_multipliers(view, output_channels(view));
}

constexpr Constraint constraint_list[] = {
    {weighted_types_sentence, has_weighted_types},
    {"the input is of rank 4 and not empty",
     [](const NodeView& v) { return input_shape(v).rank() == 4 && input_shape(v).elements() > 0; }},
    {"the weights are constant, of rank 4 and not empty",
     [](const NodeView& v) {
       return v.input(1).is_constant() && weights_shape(v).rank() == 4 && weights_shape(v).elements() > 0;
     }},
    {"the weights' channels divide the input's channels, and as many groups divide the output channels",
     [](const NodeView& v) {
       return input_shape(v)[3] % weights_shape(v)[3] == 0 && output_channels(v) % groups(v) == 0;
     }},
    {"strides and dilations are 1 to 65535, paddings 0 to 65535",
     [](const NodeView& v) { return convolution_windows(v).sound(); }},
    {"the window is no larger than the padded input",
     [](const NodeView& v) { return convolution_windows(v).fit(); }},
    {"integer input and output are quantised per tensor; integer weights per tensor, or per output channel "
     "with zero points 0, as they have to be in float32",
     [](const NodeView& v) { return has_weighted_quantization(v, 0); }},
    {"the bias is absent, or constant with one element an output channel",
     [](const NodeView& v) {
       return !v.has_input(2) ||
              is_constant_vector_or_absent(v, 2, v.input(2).type.dtype, output_channels(v));
     }},
    {wide_sums_sentence, [](const NodeView& v) { return has_wide_sums_in_bounds(v, multipliers); }},
};

// Calls add(element of the input, element of the weights) for every product of one output.
template <class Add>
void for_each_product(const NodeView& view, const Windows& windows, const ConvolutionPosition& at, Add add) {
  const WindowAxis& vertical = windows.height;
  const WindowAxis& horizontal = windows.width;
  const int64_t channels = weights_shape(view)[3];
  const int64_t outputs_a_group = output_channels(view) / groups(view);
  for (int64_t ky = 0; ky < vertical.window; ++ky) {
    const int64_t row = vertical.position(at.y, ky);
    if (!vertical.contains(row)) continue;
    for (int64_t kx = 0; kx < horizontal.window; ++kx) {
      const int64_t column = horizontal.position(at.x, kx);
      if (!horizontal.contains(column)) continue;
      const int64_t pixel = (at.batch * vertical.input + row) * horizontal.input + column;
      const int64_t value = pixel * input_shape(view)[3] + at.channel / outputs_a_group * channels;
      const int64_t weight = ((at.channel * vertical.window + ky) * horizontal.window + kx) * channels;
      for (int64_t c = 0; c < channels; ++c)
        add(static_cast<size_t>(value + c), static_cast<size_t>(weight + c));
    }
  }
}

class Convolution2d final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::convolution_2d,
                                         .tflite_name = "CONV_2D",
                                         .summary = "Convolution over height and width, plus bias.",
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
    return view.output().type.shape.elements() * convolution_windows(view).taps() * weights_shape(view)[3];
  }
};

WeightRows weight_rows(const NodeView& view) {
  return WeightRows::of(view.input(1), output_channels(view));
}

class Convolution2dQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dQuantized",
                                       Op::convolution_2d,
                                       KernelSet::generic,
                                       "kernels/convolution_2d_quantized.hpp",
                                       "int8 or uint8, any window and any groups, four outputs at a time.",
                                       "kernels/four_products_dsp.hpp"};
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
    call->geometry.insert(call->geometry.end(),
                          {{"weight_channels", weights_shape(view)[3]}, {"in_fours", in_fours}});
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

class Convolution2dS8DualKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS8Dual", Op::convolution_2d, KernelSet::arm_dsp,
                                       "kernels/convolution_2d_s8_dual.hpp",
                                       "Columns of int16 times weights packed two to a halfword."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    if (groups(view) != 1) return Refusal{"the convolution is grouped"};
    const ClampRange range = activation_range(view.node.activation, view.output());
    return dual_convolution_call(convolution_spec(convolution_windows(view), view, range), weight_rows(view),
                                 biases_of(view), multipliers(view), context, convolution_windows(view),
                                 view);
  }
};

class Convolution2dS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS16", Op::convolution_2d, KernelSet::generic,
                                       "kernels/convolution_2d_s16.hpp", "int16. Any window and any groups."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    auto result = s16_convolution_call(view, output_channels(view), context);
    auto* const call = std::get_if<KernelCall>(&result);
    if (call == nullptr) return result;
    call->geometry.emplace_back("weight_channels", weights_shape(view)[3]);
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
                                       "kernels/convolution_2d_f32.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return f32_blocks_call(view, convolution_block_layer(view, weights_shape(view)[3], false));
  }
};

}  // namespace

const Operator& convolution_2d_operator() {
  static const Convolution2d instance;
  return instance;
}

const Kernel& convolution_2d_quantized_kernel() {
  static const Convolution2dQuantizedKernel instance;
  return instance;
}

const Kernel& convolution_2d_s8_dual_kernel() {
  static const Convolution2dS8DualKernel instance;
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
