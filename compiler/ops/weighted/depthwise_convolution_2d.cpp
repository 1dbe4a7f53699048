// DEPTHWISE_CONV_2D: a convolution in which every input channel has outputs of its own.
//
// Operands: input [batches, height, width, channels], weights [1, window height, window width, outputs] and
// bias [outputs] or absent. outputs = m * channels; output channel c * m + j reads input channel c. The
// format's field depth_multiplier is not read: files leave it 0, and m follows from the shapes.

#include "ops/weighted/depthwise_convolution_2d.hpp"
#include "arithmetic/requantization_form.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/convolution.hpp"

namespace burin {

using namespace depthwise_convolution_2d;

namespace {

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
    {"integer input and output are quantized per tensor; integer weights per tensor, or per output channel "
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

}  // namespace

const Operator& depthwise_convolution_2d_operator() {
  static const DepthwiseConvolution2d instance;
  return instance;
}

}  // namespace burin
