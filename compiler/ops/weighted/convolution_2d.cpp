// CONV_2D: output = activation(sum over the taps of a window and the channels of input · weights, + bias).
//
// Operands: input [batches, height, width, channels], weights [outputs, window height, window width,
// channels] and bias [outputs] or absent. With fewer weight channels the convolution is grouped: the input's
// channels and the outputs fall into input channels / weight channels groups of neighbors, each on its own.

#include "ops/weighted/convolution_2d.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"

namespace burin {

using namespace convolution_2d;

namespace {

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
    {"integer input and output are quantized per tensor; integer weights per tensor, or per output channel "
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

}  // namespace

const Operator& convolution_2d_operator() {
  static const Convolution2d instance;
  return instance;
}

}  // namespace burin
