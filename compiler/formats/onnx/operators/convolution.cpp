// Convolutions and transposed ones, in one and two dimensions.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

std::vector<NamedAttribute> window_attributes(const SpatialWindow& w) {
  return {{"stride_height", w.stride[0]},     {"stride_width", w.stride[1]},
          {"dilation_height", w.dilation[0]}, {"dilation_width", w.dilation[1]},
          {"pad_top", w.before[0]},           {"pad_left", w.before[1]},
          {"pad_bottom", w.after[0]},         {"pad_right", w.after[1]}};
}

// The spatial dimensions of weights, checked against kernel_shape.
std::vector<int64_t> kernel_of(const Reader& r, const Shape& weights) {
  if (weights.rank() < 3) contradiction(fmt::format("the weights are of rank {}", weights.rank()));
  std::vector<int64_t> kernel(weights.dims().begin() + 2, weights.dims().end());
  if (r.has("kernel_shape") && r.integers("kernel_shape") != kernel)
    contradiction("kernel_shape is not the shape of the weights");
  return kernel;
}

// [outputs, inputs, H, W] or [outputs, inputs, W] to [outputs, H, W, inputs].
TensorId weights_last(Builder& b, TensorId weights) {
  if (b.rank(weights) == 3) {
    const Shape s = b.shape(weights);
    weights = b.reshape(weights, {s[0], s[1], 1, s[2]});
  }
  return b.transpose(weights, {0, 2, 3, 1});
}

TensorId activated(Reader& r, TensorId x) {
  const std::string name = r.text("activation", "");
  if (name.empty()) return x;
  const std::vector<float> parameters = r.reals("activation_params");
  const auto parameter = [&](size_t i, float otherwise) {
    return i < parameters.size() ? parameters[i] : otherwise;
  };
  if (name == "Relu") return r.unary(Op::relu, x);
  if (name == "Sigmoid") return r.unary(Op::logistic, x);
  if (name == "Tanh") return r.unary(Op::tanh, x);
  if (name == "LeakyRelu") return r.emit(Op::leaky_relu, {x}, r.at(x).type, {{"alpha", parameter(0, 0.01f)}});
  if (name == "Clip")
    return r.clamp(x, parameter(0, std::numeric_limits<float>::lowest()),
                   parameter(1, std::numeric_limits<float>::max()));
  if (name == "HardSigmoid") return r.clamp(r.add(r.mul(x, parameter(0, 0.2f)), parameter(1, 0.5f)), 0, 1);
  unsupported(fmt::format("the fused activation \"{}\" is not supported", printable(name, 40)));
}

}  // namespace

TensorId convolution(Reader& r, TensorId x, TensorId weights, TensorId bias) {
  const Shape input = r.shape(x);
  const Shape shape = r.shape(weights);
  const SpatialWindow window = read_window(r, input, kernel_of(r, shape));
  const int64_t groups = r.integer("group", 1);
  const int32_t channels = input[1];
  if (groups < 1 || channels % groups != 0 || shape[0] % groups != 0 || channels / groups != shape[1])
    contradiction(
        fmt::format("weights [{}] in {} groups do not fit {} channels", to_string(shape), groups, channels));
  const bool depthwise = groups == channels && groups > 1;
  TensorId turned = weights_last(r, weights);
  if (depthwise) turned = r.transpose(turned, {3, 1, 2, 0});
  std::vector<TensorId> inputs = {channels_last(r, x), turned};
  if (bias.valid()) inputs.push_back(bias);
  const TensorType type{r.dtype(x), {input[0], window.output[0], window.output[1], shape[0]}};
  const TensorId y = r.emit(depthwise ? Op::depthwise_convolution_2d : Op::convolution_2d, inputs, type,
                            window_attributes(window));
  return channels_first(r, y, static_cast<int32_t>(input.rank()));
}

namespace {

void read_convolution(Reader& r) {
  r.finish(convolution(r, r.input(0), r.input(1), r.optional_input(2)));
}

void read_fused_convolution(Reader& r) {
  TensorId y = convolution(r, r.input(0), r.input(1), r.optional_input(2));
  if (r.has_input(3)) y = r.add(y, r.input(3));
  r.finish(activated(r, y));
}

// Weights [inputs, outputs, H, W] to [outputs, H, W, inputs], spread apart by the dilation with zeros
// between.
TensorId spread_weights(Builder& b, TensorId weights, const SpatialWindow& window) {
  if (b.rank(weights) == 3) {
    const Shape s = b.shape(weights);
    weights = b.reshape(weights, {s[0], s[1], 1, s[2]});
  }
  TensorId turned = b.transpose(weights, {1, 2, 3, 0});
  for (int i = 0; i < 2; ++i) {
    const int32_t dilation = window.dilation[i];
    const Shape s = b.shape(turned);
    if (dilation == 1 || s[i + 1] == 1) continue;
    if (!b.is_constant(turned)) unsupported("weights that are computed at run time are dilated");
    const int64_t before = s.elements(0, static_cast<size_t>(i) + 1);
    const int64_t after = s.elements(static_cast<size_t>(i) + 2, 4);
    const int64_t taps = s[i + 1];
    const int64_t extent = (taps - 1) * dilation + 1;
    std::vector<int32_t> dims = s.dims();
    dims[static_cast<size_t>(i) + 1] = static_cast<int32_t>(extent);
    if (!Shape(dims).sane()) unsupported("the dilated window is too large");
    const std::vector<float> from = b.floats_of(turned);
    std::vector<float> to(static_cast<size_t>(before * extent * after));
    for (int64_t n = 0; n < before; ++n)
      for (int64_t k = 0; k < taps; ++k)
        std::copy_n(from.begin() + (n * taps + k) * after, after,
                    to.begin() + (n * extent + k * dilation) * after);
    turned = b.floats(Shape(std::move(dims)), to);
  }
  return turned;
}

void read_transposed_convolution(Reader& r) {
  const TensorId x = r.input(0);
  const TensorId weights = r.input(1);
  const Shape input = r.shape(x);
  const Shape shape = r.shape(weights);
  const std::vector<int64_t> kernel = kernel_of(r, shape);
  const size_t spatial = kernel.size();
  if (spatial > 2 || input.rank() != spatial + 2)
    unsupported(fmt::format("it has {} spatial dimensions on an input of rank {}", spatial, input.rank()),
                "one and two spatial dimensions are supported");
  const int64_t groups = r.integer("group", 1);
  if (groups < 1 || input[1] % groups != 0 || shape[0] != input[1])
    contradiction(
        fmt::format("weights [{}] in {} groups do not fit {} channels", to_string(shape), groups, input[1]));
  const std::vector<int64_t> ones(spatial, 1);
  const std::vector<int64_t> strides = r.integers("strides", ones);
  const std::vector<int64_t> dilations = r.integers("dilations", ones);
  const std::vector<int64_t> pads = r.integers("pads", std::vector<int64_t>(2 * spatial));
  const std::vector<int64_t> extra = r.integers("output_padding", std::vector<int64_t>(spatial));
  const std::vector<int64_t> wanted = r.integers("output_shape");
  const std::string automatic = r.text("auto_pad", "NOTSET");
  if (strides.size() != spatial || dilations.size() != spatial || pads.size() != 2 * spatial ||
      extra.size() != spatial || (!wanted.empty() && wanted.size() < spatial))
    contradiction("strides, dilations, pads or output_padding have not as many elements as the kernel");
  SpatialWindow window;
  for (size_t i = 0; i < spatial; ++i) {
    const size_t to = i + 2 - spatial;
    for (const int64_t value : {strides[i], dilations[i], pads[i] + 1, pads[i + spatial] + 1, extra[i] + 1})
      if (value < 1 || value > 65535) unsupported(fmt::format("a stride, dilation or padding is {}", value));
    window.stride[to] = static_cast<int32_t>(strides[i]);
    window.dilation[to] = static_cast<int32_t>(dilations[i]);
    const int64_t full =
        (input[static_cast<int>(i) + 2] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1 + extra[i];
    int64_t before = pads[i];
    int64_t output = full - pads[i] - pads[i + spatial];
    const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
    if (!wanted.empty() || same) {
      output =
          wanted.empty() ? input[static_cast<int>(i) + 2] * strides[i] : wanted[wanted.size() - spatial + i];
      const int64_t total = std::max<int64_t>(0, full - output);
      // The half that is smaller stands in front where the upper end is to have more.
      before = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
    } else if (automatic == "VALID") {
      before = 0;
      output = full;
    }
    if (output < 1 || output > Shape::max_elements || before > 65535)
      unsupported(fmt::format("the output would be {} long", output));
    window.before[to] = static_cast<int32_t>(before);
    window.output[to] = static_cast<int32_t>(output);
  }
  const std::vector<NamedAttribute> attributes = {{"stride_height", window.stride[0]},
                                                  {"stride_width", window.stride[1]},
                                                  {"pad_top", window.before[0]},
                                                  {"pad_left", window.before[1]}};
  const TensorId turned = channels_last(r, x);
  const auto inputs_each = static_cast<int32_t>(input[1] / groups);
  std::vector<TensorId> parts;
  for (int32_t g = 0; g < groups; ++g) {
    const TensorId own_weights =
        spread_weights(r, r.slice_axis(weights, 0, g * inputs_each, inputs_each), window);
    std::vector<TensorId> inputs = {r.slice_axis(turned, 3, g * inputs_each, inputs_each), own_weights};
    if (r.has_input(2)) inputs.push_back(r.slice_axis(r.input(2), 0, g * shape[1], shape[1]));
    parts.push_back(r.emit(Op::transpose_conv, inputs,
                           {r.dtype(x), {input[0], window.output[0], window.output[1], shape[1]}},
                           attributes));
  }
  r.finish(channels_first(r, r.concat(parts, 3), static_cast<int32_t>(input.rank())));
}

constexpr OperatorEntry entries[] = {
    {"Conv", read_convolution},
    {"ConvTranspose", read_transposed_convolution},
    {"com.microsoft::FusedConv", read_fused_convolution},
};

}  // namespace

std::span<const OperatorEntry> convolution_operators() {
  return entries;
}

}  // namespace burin::onnx
