#include "ops/pooling/pool.hpp"

#include <cmath>

#include "kernels/pool_2d_f32.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

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
    {"integer input and output are quantised per tensor, both in the same way",
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

namespace {

KernelCall windowed_call(const NodeView& view) {
  const Windows windows = pool_windows(view);
  const Shape& output = view.output().type.shape;
  KernelCall call;
  call.geometry = window_geometry(windows, input_shape(view), output);
  for (KernelOverlap overlap : window_overlaps(windows, input_shape(view), output)) {
    overlap.distance *= byte_width(view.output().type.dtype);
    call.overlaps.push_back(overlap);
  }
  call.code_bytes = 300;
  call.work.instructions = 7 * output.elements() * windows.taps() + 30 * output.elements();
  return call;
}

}  // namespace

Work pool_dsp_work(const NodeView& view, int64_t window, int64_t four_channels, int64_t ten_bytes) {
  const Shape& output = view.output().type.shape;
  const int64_t positions = output.elements() / output[3];
  const int64_t taps = output.elements() * pool_windows(view).taps();
  return {.packed =
              100 + positions * (window + four_channels * ((output[3] + 3) / 4)) + taps * ten_bytes / 10};
}

std::variant<KernelCall, Refusal> pool_call(const NodeView& view) {
  if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes integers"};
  const ClampRange range = activation_range(view.node.activation, view.output());
  KernelCall call = windowed_call(view);
  call.geometry.insert(call.geometry.end(),
                       {{"activation_min", range.lowest}, {"activation_max", range.highest}});
  call.arguments = {InputArgument{0}, OutputArgument{0}, int32_t{0}, view.output().type.shape[1]};
  return call;
}

std::variant<KernelCall, Refusal> PoolF32Kernel::lower(const NodeView& view, const LoweringContext&) const {
  if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
  const RealRange range = activation_range_f32(view.node);
  KernelCall call = windowed_call(view);
  call.arguments = {InputArgument{0}, OutputArgument{0}, range.lowest,
                    range.highest,    int32_t{0},        view.output().type.shape[1]};
  return call;
}

}  // namespace burin
