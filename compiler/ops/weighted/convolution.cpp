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

std::vector<TensorType> infer_convolution(const NodeView& view, int32_t output_channels) {
  const Windows windows = convolution_windows(view);
  return {{view.output().type.dtype,
           Shape{input_shape(view)[0], windows.height.output(), windows.width.output(), output_channels}}};
}

}  // namespace burin
