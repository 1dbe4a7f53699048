// Pools over windows, and over all of the spatial dimensions.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

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

// An image [N, H, W, C] with what no maximum is around it, as far as the window reaches.
TensorId framed(Reader& r, TensorId x, const SpatialWindow& w) {
  const auto frame = [&](int axis, int32_t count) {
    std::vector<int32_t> dims = r.shape(x).dims();
    dims[static_cast<size_t>(axis)] = count;
    return r.broadcast_to(r.scalar(-std::numeric_limits<float>::infinity()), Shape(dims));
  };
  for (int i = 0; i < 2; ++i) {
    std::vector<TensorId> parts;
    if (w.before[i] > 0) parts.push_back(frame(i + 1, w.before[i]));
    parts.push_back(x);
    if (w.after[i] > 0) parts.push_back(frame(i + 1, w.after[i]));
    x = r.concat(parts, i + 1);
  }
  return x;
}

// What the windows have at one of their taps, [N, outputs, outputs, C], of an image with its padding.
TensorId elements_at(Reader& r, TensorId padded, const SpatialWindow& w, int32_t row, int32_t column) {
  const Shape input = r.shape(padded);
  return r.slice(padded, {0, row * w.dilation[0], column * w.dilation[1], 0},
                 {input[0], w.output[0], w.output[1], input[3]}, {1, w.stride[0], w.stride[1], 1});
}

// A maximum over windows whose taps are apart: of slices, one a tap.
TensorId dilated_maximum(Reader& r, TensorId x, const SpatialWindow& w) {
  const TensorId padded = framed(r, x, w);
  TensorId result;
  for (int32_t row = 0; row < w.kernel[0]; ++row)
    for (int32_t column = 0; column < w.kernel[1]; ++column) {
      const TensorId tap = elements_at(r, padded, w, row, column);
      result = result.valid() ? r.binary(Op::maximum, result, tap) : tap;
    }
  return result;
}

// Where in the image the first of the windows' maxima lies, as rows one after another or columns; and the
// maxima.
std::pair<TensorId, TensorId> located_maximum(Reader& r, TensorId x, const SpatialWindow& w, bool columns) {
  constexpr int32_t most_taps = 64;
  if (w.kernel[0] > most_taps || w.kernel[1] > most_taps / w.kernel[0])
    unsupported(fmt::format("places are asked for, of windows with more than {} elements", most_taps));
  const Shape image = r.shape(x);
  const TensorId padded = framed(r, x, w);
  TensorId best;
  TensorId place;
  for (int32_t row = 0; row < w.kernel[0]; ++row)
    for (int32_t column = 0; column < w.kernel[1]; ++column) {
      std::vector<int64_t> places;
      for (int64_t i = 0; i < w.output[0]; ++i)
        for (int64_t j = 0; j < w.output[1]; ++j) {
          const int64_t at_row = i * w.stride[0] - w.before[0] + int64_t{row} * w.dilation[0];
          const int64_t at_column = j * w.stride[1] - w.before[1] + int64_t{column} * w.dilation[1];
          places.push_back(columns ? at_column * image[1] + at_row : at_row * image[2] + at_column);
        }
      const TensorId own = r.integers(DType::s32, {1, w.output[0], w.output[1], 1}, places);
      const TensorId tap = elements_at(r, padded, w, row, column);
      if (!best.valid()) {
        best = tap;
        place = r.broadcast_to(own, r.shape(tap));
        continue;
      }
      place = r.select(r.comparison(Op::greater, tap, best), own, place);
      best = r.binary(Op::maximum, best, tap);
    }
  std::vector<int64_t> planes;
  for (int64_t plane = 0; plane < int64_t{image[0]} * image[3]; ++plane)
    planes.push_back(plane * image[1] * image[2]);
  return {best, r.add(place, r.integers(DType::s32, {image[0], 1, 1, image[3]}, planes))};
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
  if (r.wants(1)) {
    const auto [maximum, place] = located_maximum(r, turned, window, r.integer("storage_order", 0) != 0);
    r.set(1, r.cast(channels_first(r, place, r.rank(x)), DType::s64));
    return r.finish(r.cast(channels_first(r, maximum, r.rank(x)), type));
  }
  const TensorId y =
      window.dilation[0] * window.dilation[1] == 1
          ? r.emit(Op::max_pool_2d, {turned}, {DType::f32, pooled_shape(r.shape(turned), window)},
                   pool_attributes(window))
          : dilated_maximum(r, turned, window);
  r.finish(r.cast(channels_first(r, y, r.rank(x)), type));
}

}  // namespace

namespace {

// An average over windows whose taps are apart: a sum of slices, by the number of taps that lie inside.
TensorId dilated_average(Reader& r, TensorId x, const SpatialWindow& w) {
  const Shape image = r.shape(x);
  const TensorId padded = r.pad(x, {0, 0, w.before[0], w.after[0], w.before[1], w.after[1], 0, 0});
  TensorId sum;
  for (int32_t row = 0; row < w.kernel[0]; ++row)
    for (int32_t column = 0; column < w.kernel[1]; ++column) {
      const TensorId tap = elements_at(r, padded, w, row, column);
      sum = sum.valid() ? r.add(sum, tap) : tap;
    }
  const auto inside = [&](int axis, int64_t output) {
    int count = 0;
    for (int64_t tap = 0; tap < w.kernel[axis]; ++tap) {
      const int64_t at = output * w.stride[axis] - w.before[axis] + tap * w.dilation[axis];
      if (at >= 0 && at < image[axis + 1]) ++count;
    }
    return std::max(count, 1);
  };
  std::vector<float> shares;
  for (int64_t i = 0; i < w.output[0]; ++i)
    for (int64_t j = 0; j < w.output[1]; ++j)
      shares.push_back(1.0f / static_cast<float>(inside(0, i) * inside(1, j)));
  return r.mul(sum, r.floats({1, w.output[0], w.output[1], 1}, shares));
}

}  // namespace

TensorId average_pool(Reader& r, TensorId x, SpatialWindow window, bool count_padding) {
  TensorId turned = channels_last(r, x);
  if (count_padding) {
    turned =
        r.pad(turned, {0, 0, window.before[0], window.after[0], window.before[1], window.after[1], 0, 0});
    window.before[0] = window.before[1] = 0;
  }
  fit_padding(r.shape(turned), window);
  const TensorId y =
      window.dilation[0] * window.dilation[1] == 1
          ? r.emit(Op::average_pool_2d, {turned}, {DType::f32, pooled_shape(r.shape(turned), window)},
                   pool_attributes(window))
          : dilated_average(r, turned, window);
  return channels_first(r, y, r.rank(x));
}

namespace {

void read_average_pool(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(average_pool(r, x, pool_window(r, x), r.integer("count_include_pad", 0) != 0));
}

// The p-th powers of magnitudes, and the p-th root of their sum.
TensorId power(Reader& r, TensorId x, int64_t p) {
  if (p < 1 || p > 16) unsupported(fmt::format("p is {}", p), "p of 1 to 16 are supported");
  if (p == 2) return r.unary(Op::square, x);
  const TensorId magnitude = p % 2 == 0 ? x : r.unary(Op::abs, x);
  TensorId result = magnitude;
  for (int64_t i = 1; i < p; ++i) result = r.mul(result, magnitude);
  return result;
}
TensorId root(Reader& r, TensorId sum, int64_t p) {
  if (p == 1) return sum;
  if (p == 2) return r.unary(Op::sqrt, sum);
  return r.unary(Op::exp, r.mul(r.unary(Op::log, sum), 1.0 / static_cast<double>(p)));
}

// By the mean of the powers.
void read_lp_pool(Reader& r) {
  const TensorId x = r.input(0);
  const int64_t p = r.integer("p", 2);
  const SpatialWindow window = pool_window(r, x);
  const TensorId powers = power(r, x, p);
  if (r.integer("ceil_mode", 0) != 0) unsupported("ceil_mode is set");
  const TensorId mean = average_pool(r, powers, window, true);
  const TensorId sum = r.mul(mean, static_cast<double>(window.kernel[0]) * window.kernel[1]);
  r.finish(root(r, sum, p));
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
  const int64_t p = r.integer("p", 2);
  r.finish(root(r, r.reduce(Op::sum, power(r, r.input(0), p), spatial_axes(r)), p));
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
