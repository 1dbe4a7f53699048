// CONV_2D: output = activation(sum over the taps of a window and the channels of input · weights, + bias).
//
// Operands: input [batches, height, width, channels], weights [outputs, window height, window width,
// channels] and bias [outputs] or absent. With fewer weight channels the convolution is grouped: the input's
// channels and the outputs fall into input channels / weight channels groups of neighbours, each on its own.
#include "kernels/convolution_2d_s8.hpp"

#include "ops/constraints.hpp"
#include "ops/sampling.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/dual.hpp"
#include "ops/weighted/product_form.hpp"

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

  Result<NodeDraft> read_tflite(const SourceOperator& source) const override {
    return read_convolution(source);
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

  Graph sample(Random& random) const override {
    Windows windows = sample_windows(random, true);
    const bool pointwise = random.chance(0.25);
    if (pointwise) windows = {{.input = random.integer(1, 7)}, {.input = random.integer(1, 7)}};
    const int32_t batches = random.chance(0.8) ? 1 : random.integer(2, 3);
    const int32_t group_count = random.chance(0.85) ? 1 : random.integer(2, 3);
    const int32_t channels = random.chance(0.3) ? 4 * random.integer(1, 4) : random.integer(1, 7);
    const int64_t pixels = static_cast<int64_t>(windows.height.output()) * windows.width.output() * batches;
    const int64_t most_outputs = std::clamp<int64_t>(6000 / (pixels * windows.taps() * channels), 1, 16);
    const int32_t outputs = group_count * random.integer(1, static_cast<int32_t>(most_outputs));

    Graph graph;
    const TensorId input =
        sample_tensor(graph, random, "input", DType::s8,
                      {batches, windows.height.input, windows.width.input, channels * group_count});
    const TensorId weights =
        sample_weights(graph, random, {outputs, windows.height.window, windows.width.window, channels},
                       random.chance(0.7) ? 0 : -1);
    const TensorId bias =
        random.chance(0.8) ? sample_bias(graph, random, input, weights, outputs) : TensorId();
    const TensorId output =
        sample_tensor(graph, random, "output", DType::s8,
                      {batches, windows.height.output(), windows.width.output(), outputs});
    fit_output_scale(graph, random, input, weights, output, windows.taps() * channels);
    graph.nodes.push_back({.op = Op::convolution_2d,
                           .inputs = {input, weights, bias},
                           .outputs = {output},
                           .attributes = Attributes::of(WindowAttributes::of(windows)),
                           .activation = sample_activation(random),
                           .name = "sample",
                           .source_index = 0});
    graph.inputs = {input};
    graph.outputs = {output};
    vary_weighted_types(graph, random);
    return graph;
  }
};

WeightRows weight_rows(const NodeView& view) {
  const auto values = view.input(1).constant->as<int8_t>();
  const int64_t channels = output_channels(view);
  return {{values.begin(), values.end()}, channels, static_cast<int64_t>(values.size()) / channels};
}

class Convolution2dS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS8", Op::convolution_2d, KernelSet::generic,
                                       "kernels/convolution_2d_s8.hpp",
                                       "Any window and any groups, four outputs at a time."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    const WeightRows rows = weight_rows(view);
    std::span<const int32_t> own_bias;
    if (view.has_input(2)) own_bias = view.input(2).constant->as<int32_t>();
    const int32_t input_zero_point = view.input(0).quantization.zero_point();
    if (!folded_biases(rows, own_bias, input_zero_point))
      return Refusal{"sums of products can leave 32 bits"};
    const ClampRange range = activation_range(view.node.activation, view.output());
    const Windows windows = convolution_windows(view);
    const Shape& output = view.output().type.shape;

    KernelCall call;
    call.geometry = window_geometry(windows, input_shape(view), output);
    call.geometry.insert(call.geometry.end(), {{"weight_channels", weights_shape(view)[3]},
                                               {"input_zero_point", input_zero_point},
                                               {"output_zero_point", view.output().quantization.zero_point()},
                                               {"activation_min", range.lowest},
                                               {"activation_max", range.highest}});
    const LayerRequantization32 requantization =
        requantize_in_32_bits(rows, own_bias, input_zero_point, multipliers(view),
                              view.output().quantization.zero_point(), range, context.rounding);
    call.geometry.insert(call.geometry.end(), requantization.geometry.begin(), requantization.geometry.end());
    call.requantization = requantization.note;
    const auto packed = burin_kernels::FourProductsPacker::interleave(
        rows.values, static_cast<size_t>(rows.channels), static_cast<size_t>(groups(view)));
    call.constants = {{"weights", ElementType::s8, Constant::of(packed), 4},
                      {"requantization", ElementType::s32, Constant::of(requantization.numbers), 4}};
    call.arguments = {InputArgument{0},  ConstantArgument{0}, ConstantArgument{1},
                      OutputArgument{0}, int32_t{0},          output[1]};
    call.overlaps = window_overlaps(windows, input_shape(view), output);
    call.stack_bytes = 512;
    // A last block of fewer output channels takes as long as one of four.
    const int64_t products = output.elements() / output[3] * ((output[3] + 3) / 4 * 4) * rows.length;
    call.work = {.instructions = 250 + (34 + 22 * windows.height.window) * output.elements(),
                 .products = products,
                 .requantizations = output.elements()};
    call.code_bytes = 130;
    call.shared_code_bytes = 1200;
    return call;
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
    std::span<const int32_t> own_bias;
    if (view.has_input(2)) own_bias = view.input(2).constant->as<int32_t>();
    const ClampRange range = activation_range(view.node.activation, view.output());
    return dual_convolution_call(convolution_spec(convolution_windows(view), view, range), weight_rows(view),
                                 own_bias, multipliers(view), context, convolution_windows(view), view);
  }
};

class Convolution2dF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dF32", Op::convolution_2d, KernelSet::generic,
                                       "kernels/convolution_2d_blocks.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return f32_blocks_call(view, convolution_block_layer(view, weights_shape(view)[3], false));
  }
};

class Convolution2dAsymmetricKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dAsymmetric", Op::convolution_2d, KernelSet::generic,
                                       "kernels/convolution_2d_blocks.hpp",
                                       "uint8, or int8 weights with a zero point, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    return asymmetric_blocks_call(view, convolution_block_layer(view, weights_shape(view)[3], false),
                                  product_in_float(view), context);
  }
};

}  // namespace

const Operator& convolution_2d_operator() {
  static const Convolution2d instance;
  return instance;
}

const Kernel& convolution_2d_s8_kernel() {
  static const Convolution2dS8Kernel instance;
  return instance;
}

const Kernel& convolution_2d_s8_dual_kernel() {
  static const Convolution2dS8DualKernel instance;
  return instance;
}

const Kernel& convolution_2d_asymmetric_kernel() {
  static const Convolution2dAsymmetricKernel instance;
  return instance;
}

const Kernel& convolution_2d_f32_kernel() {
  static const Convolution2dF32Kernel instance;
  return instance;
}

}  // namespace burin
