#include "ops/pooling/pool.hpp"

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace pool;

namespace {

// An average's sum must fit int32.
int64_t most_taps(const NodeView& view) {
  return has_dtype(view.input(0), DType::s16) ? int64_t{1} << 15 : int64_t{1} << 23;
}

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, uint8, int16 or float32",
     [](const NodeView& v) {
       const DType dtype = v.input(0).type.dtype;
       return v.output().type.dtype == dtype &&
              (dtype == DType::s8 || dtype == DType::u8 || dtype == DType::s16 || dtype == DType::f32);
     }},
    {"the input is of rank 4 and not empty",
     [](const NodeView& v) { return input_shape(v).rank() == 4 && input_shape(v).elements() > 0; }},
    {"the window's sides are at least 1, strides 1 to 65535, paddings 0 to 65535",
     [](const NodeView& v) { return pool_windows(v).sound(); }},
    {"the padding on every side is smaller than the window",
     [](const NodeView& v) {
       const auto smaller = [](const WindowAxis& a) {
         return std::max(a.pad_before, a.pad_after) < a.window;
       };
       return smaller(pool_windows(v).height) && smaller(pool_windows(v).width);
     }},
    {"the window is no larger than the padded input",
     [](const NodeView& v) { return pool_windows(v).fit(); }},
    {"the window covers at most 2^23 elements of a channel, of int16 2^15",
     [](const NodeView& v) {
       const auto covered = [](const WindowAxis& a) { return int64_t{std::min(a.window, a.input)}; };
       return covered(pool_windows(v).height) * covered(pool_windows(v).width) <= most_taps(v);
     }},
    {"integer input and output are quantized per tensor, both in the same way",
     [](const NodeView& v) {
       if (has_dtype(v.input(0), DType::f32)) return true;
       if (!is_quantized_per_tensor(v.input(0)) || !is_quantized_per_tensor(v.output())) return false;
       const Quantization& in = v.input(0).quantization;
       const Quantization& out = v.output().quantization;
       // TensorFlow Lite's own tolerance.
       return std::abs(in.scale() - out.scale()) <= 1e-6f && in.zero_point() == out.zero_point();
     }},
};

}  // namespace

Windows pool_windows(const NodeView& view) {
  const auto& attributes = view.attributes<PoolAttributes>();
  return attributes.window.windows(input_shape(view), attributes.window_height, attributes.window_width);
}

int64_t pool_reads(const NodeView& view) {
  return view.output().type.shape.elements() * std::min(pool_windows(view).taps(), Shape::max_elements);
}

std::span<const Constraint> pool_constraints() {
  return constraint_list;
}

TensorType infer_pool(const NodeView& view) {
  const Windows windows = pool_windows(view);
  const Shape& input = input_shape(view);
  return {view.output().type.dtype,
          Shape{input[0], windows.height.output(), windows.width.output(), input[3]}};
}

void for_each_pool(const NodeView& view, const std::function<void(size_t, std::span<const size_t>)>& reduce) {
  const Windows windows = pool_windows(view);
  const Shape& input = input_shape(view);
  size_t next = 0;
  std::vector<size_t> taps;
  for (int64_t batch = 0; batch < input[0]; ++batch) {
    for (int64_t y = 0; y < windows.height.output(); ++y) {
      for (int64_t x = 0; x < windows.width.output(); ++x) {
        for (int64_t c = 0; c < input[3]; ++c) {
          taps.clear();
          for (int64_t ky = 0; ky < windows.height.window; ++ky) {
            const int64_t row = windows.height.position(y, ky);
            if (!windows.height.contains(row)) continue;
            for (int64_t kx = 0; kx < windows.width.window; ++kx) {
              const int64_t column = windows.width.position(x, kx);
              if (!windows.width.contains(column)) continue;
              taps.push_back(
                  static_cast<size_t>(((batch * input[1] + row) * input[2] + column) * input[3] + c));
            }
          }
          reduce(next++, taps);
        }
      }
    }
  }
}

}  // namespace burin
