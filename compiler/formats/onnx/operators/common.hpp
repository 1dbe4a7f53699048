// What several families of readers build.
#pragma once

#include "formats/onnx/reader.hpp"

namespace burin::onnx {

// The error function of a float32 tensor.
TensorId error_function(Builder& b, TensorId x);
// log(1 + x), with all digits near zero.
TensorId log_of_one_plus(Builder& b, TensorId x);
// log(1 + e^x), without overflow.
TensorId softplus(Builder& b, TensorId x);
// Softmax over the last axis, whatever its length.
TensorId softmax_last(Builder& b, TensorId x);

// ---- convolutions and pools ----

// The window of an operator in one or two spatial dimensions, as it is for two.
struct SpatialWindow {
  int32_t kernel[2] = {1, 1};
  int32_t stride[2] = {1, 1};
  int32_t dilation[2] = {1, 1};
  int32_t before[2] = {0, 0};  // padding
  int32_t after[2] = {0, 0};
  int32_t output[2] = {1, 1};  // windows
};

// Reads strides, dilations, pads and auto_pad for an input of [N, C, H, W] or [N, C, W] and a kernel of as
// many dimensions. Windows that reach beyond the padded input count with `ceiling`, as long as they start in
// it.
SpatialWindow read_window(const Reader& r, const Shape& input, const std::vector<int64_t>& kernel,
                          bool ceiling = false);

// [N, C, H, W] or [N, C, W] to [N, H, W, C], with a height of 1 where there is none.
TensorId channels_last(Builder& b, TensorId x);
// Back to the rank that the model has.
TensorId channels_first(Builder& b, TensorId x, int32_t rank);

// A convolution with the attributes of the operator that is read; the bias is optional.
TensorId convolution(Reader& r, TensorId x, TensorId weights, TensorId bias);
// An average over the operator's windows; the window that has been read for it.
TensorId average_pool(Reader& r, TensorId x, SpatialWindow window, bool count_padding);
// The product of two tensors of any rank, as NumPy's.
TensorId matrix_product(Reader& r, TensorId a, TensorId b);

// x times a scale plus a shift, both by channel: of axis 1. The convolution or matrix product that makes x
// takes them into its weights where it is x's only reader's own; `only_reader` says that nothing else in the
// model reads x.
TensorId scaled_channels(Builder& b, TensorId x, bool only_reader, const std::vector<float>& scale,
                         const std::vector<float>& shift);
// x plus a bias, which the matrix product that makes x takes where it has none.
TensorId biased(Builder& b, TensorId x, bool only_reader, TensorId bias);

}  // namespace burin::onnx
