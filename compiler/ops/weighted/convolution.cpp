#include "ops/weighted/convolution.hpp"

namespace burin {

Windows convolution_windows(const NodeView& view) {
  const Shape& weights = weights_shape(view);
  return view.attributes<WindowAttributes>().windows(input_shape(view), weights[1], weights[2]);
}

bool product_in_float(const NodeView& view) {
  return has_dtype(view.input(0), DType::u8);
}

std::vector<FixedPointMultiplier> convolution_multipliers(const NodeView& view, int32_t output_channels) {
  return output_multipliers(view.input(0), view.input(1), view.output(), output_channels,
                            product_in_float(view));
}

Result<NodeDraft> read_convolution(const SourceOperator& source) {
  const Result<Activation> activation = tflite_activation(source);
  if (!activation) return activation.diagnostics();
  WindowAttributes attributes;
  if (source.has_input(1) && source.input(1).type.shape.rank() == 4) {
    const Shape& weights = source.input(1).type.shape;
    attributes = read_window(source, weights[1], weights[2], true);
  }
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(attributes),
                   .activation = *activation,
                   .op = {}};
}

std::vector<TensorType> infer_convolution(const NodeView& view, int32_t output_channels) {
  const Windows windows = convolution_windows(view);
  return {{view.output().type.dtype,
           Shape{input_shape(view)[0], windows.height.output(), windows.width.output(), output_channels}}};
}

BlockLayer convolution_block_layer(const NodeView& view, int32_t weight_channels, bool depthwise) {
  return {.windows = convolution_windows(view),
          .input = input_shape(view),
          .output = view.output().type.shape,
          .weight_channels = weight_channels,
          .depthwise = depthwise};
}

}  // namespace burin
