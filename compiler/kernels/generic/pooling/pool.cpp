#include "kernels/generic/pooling/pool.hpp"

#include "kernels/geometry.hpp"
#include "kernels/windows.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace pool;
namespace {

KernelCall windowed_call(const NodeView& view) {
  const Windows windows = pool_windows(view);
  const Shape& output = view.output().type.shape;
  KernelCall call;
  call.geometry = Geometry(window_geometry(windows, input_shape(view), output));
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
  call.geometry.append(ClampGeometry{.activation_min = range.lowest, .activation_max = range.highest});
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
