// Pools over windows, and over all of the spatial dimensions.
#include <fmt/format.h>

#include <cmath>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

std::vector<NamedAttribute> pool_attributes(const SpatialWindow& w) {
  return {{"window_height", w.kernel[0]}, {"window_width", w.kernel[1]}, {"stride_height", w.stride[0]},
          {"stride_width", w.stride[1]},  {"pad_top", w.before[0]},      {"pad_left", w.before[1]},
          {"pad_bottom", w.after[0]},     {"pad_right", w.after[1]}};
}

// The padding behind that makes exactly the window's outputs on that input, [N, H, W, C].
void fit_padding(const Shape& input, SpatialWindow& w) {
  for (int i = 0; i < 2; ++i) {
    const int64_t extent = int64_t{w.kernel[i] - 1} * w.dilation[i] + 1;
    const int64_t needed = int64_t{w.output[i] - 1} * w.stride[i] + extent - input[i + 1] - w.before[i];
    w.after[i] = static_cast<int32_t>(std::max<int64_t>(needed, 0));
  }
}

SpatialWindow pool_window(Reader& r, TensorId x) {
  return read_window(r, r.shape(x), r.required_integers("kernel_shape"), r.integer("ceil_mode", 0) != 0);
}

Shape pooled_shape(const Shape& input, const SpatialWindow& w) {
  return {input[0], w.output[0], w.output[1], input[3]};
}

// A maximum over windows whose taps are apart: of slices, one a tap.
TensorId dilated_maximum(Reader& r, TensorId x, const SpatialWindow& w) {
  const Shape input = r.shape(x);
  int32_t before[2];
  int32_t after[2];
  for (int i = 0; i < 2; ++i) {
    before[i] = w.before[i];
    after[i] = w.after[i];
  }
  if (before[0] + before[1] + after[0] + after[1] > 0) {
    // What is around may not win.
    const auto frame = [&](int axis, int32_t count) {
      std::vector<int32_t> dims = r.shape(x).dims();
      dims[static_cast<size_t>(axis)] = count;
      return r.broadcast_to(r.scalar(-std::numeric_limits<float>::infinity()), Shape(dims));
    };
    for (int i = 0; i < 2; ++i) {
      std::vector<TensorId> parts;
      if (before[i] > 0) parts.push_back(frame(i + 1, before[i]));
      parts.push_back(x);
      if (after[i] > 0) parts.push_back(frame(i + 1, after[i]));
      x = r.concat(parts, i + 1);
    }
  }
  TensorId result;
  for (int32_t h = 0; h < w.kernel[0]; ++h)
    for (int32_t c = 0; c < w.kernel[1]; ++c) {
      const TensorId tap =
          r.slice(x, {0, h * w.dilation[0], c * w.dilation[1], 0},
                  {input[0], w.output[0], w.output[1], input[3]}, {1, w.stride[0], w.stride[1], 1});
      result = result.valid() ? r.binary(Op::maximum, result, tap) : tap;
    }
  return result;
}

void read_max_pool(Reader& r) {
  const TensorId x = r.input(0);
  const DType type = r.dtype(x);
  SpatialWindow window = pool_window(r, x);
  // Integers without a scale are numbers; float32 holds those of 8 bits.
  if (type != DType::f32 && byte_width(type) > 1)
    unsupported(fmt::format("the input is {}, and only float32, int8 and uint8 are supported",
                            describe_type(r.at(x).type)));
  const TensorId turned = channels_last(r, r.cast(x, DType::f32));
  fit_padding(r.shape(turned), window);
  const TensorId y =
      window.dilation[0] * window.dilation[1] == 1
          ? r.emit(Op::max_pool_2d, {turned}, {DType::f32, pooled_shape(r.shape(turned), window)},
                   pool_attributes(window))
          : dilated_maximum(r, turned, window);
  r.finish(r.cast(channels_first(r, y, r.rank(x)), type));
}

}  // namespace

TensorId average_pool(Reader& r, TensorId x, SpatialWindow window, bool count_padding) {
  if (window.dilation[0] * window.dilation[1] != 1) unsupported("the window is dilated");
  TensorId turned = channels_last(r, x);
  if (count_padding) {
    turned =
        r.pad(turned, {0, 0, window.before[0], window.after[0], window.before[1], window.after[1], 0, 0});
    window.before[0] = window.before[1] = 0;
  }
  fit_padding(r.shape(turned), window);
  const TensorId y = r.emit(Op::average_pool_2d, {turned},
                            {DType::f32, pooled_shape(r.shape(turned), window)}, pool_attributes(window));
  return channels_first(r, y, r.rank(x));
}

namespace {

void read_average_pool(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(average_pool(r, x, pool_window(r, x), r.integer("count_include_pad", 0) != 0));
}

// The p-th root of the sum of the p-th powers, by their mean.
void read_lp_pool(Reader& r) {
  const TensorId x = r.input(0);
  const int64_t p = r.integer("p", 2);
  if (p != 1 && p != 2) unsupported(fmt::format("p is {}", p), "p of 1 and 2 are supported");
  const SpatialWindow window = pool_window(r, x);
  const TensorId powers = p == 1 ? r.unary(Op::abs, x) : r.unary(Op::square, x);
  if (r.integer("ceil_mode", 0) != 0) unsupported("ceil_mode is set");
  const TensorId mean = average_pool(r, powers, window, true);
  const TensorId sum = r.mul(mean, static_cast<double>(window.kernel[0]) * window.kernel[1]);
  r.finish(p == 1 ? sum : r.unary(Op::sqrt, sum));
}

std::vector<int32_t> spatial_axes(const Reader& r) {
  std::vector<int32_t> axes;
  for (int32_t axis = 2; axis < r.rank(r.input(0)); ++axis) axes.push_back(axis);
  if (axes.empty()) contradiction("the input has no spatial dimensions");
  return axes;
}

void read_global_average_pool(Reader& r) {
  r.finish(r.reduce(Op::mean, r.input(0), spatial_axes(r)));
}

void read_global_max_pool(Reader& r) {
  r.finish(r.reduce(Op::reduce_max, r.input(0), spatial_axes(r)));
}

void read_global_lp_pool(Reader& r) {
  if (r.integer("p", 2) != 2) unsupported("p is not 2");
  r.finish(r.unary(Op::sqrt, r.reduce(Op::sum, r.unary(Op::square, r.input(0)), spatial_axes(r))));
}

constexpr OperatorEntry entries[] = {
    {"AveragePool", read_average_pool},
    {"GlobalAveragePool", read_global_average_pool},
    {"GlobalLpPool", read_global_lp_pool},
    {"GlobalMaxPool", read_global_max_pool},
    {"LpPool", read_lp_pool},
    {"MaxPool", read_max_pool},
};

}  // namespace

std::span<const OperatorEntry> pooling_operators() {
  return entries;
}

}  // namespace burin::onnx
