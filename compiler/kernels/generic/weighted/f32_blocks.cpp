#include "kernels/generic/weighted/f32_blocks.hpp"

#include "generic/convolution_2d_f32.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "kernels/windows.hpp"
#include "ops/constraints.hpp"

namespace burin {
namespace {

// How far apart the scales of channels lie: 0 where they share one.
struct ScaleStepGeometry {
  bool scale_step;

  template <class Visit>
  void fields(Visit visit) const {
    visit("scale_step", scale_step);
  }
};

template <class Weight>
Constant packed(const Tensor& weights, const BlockLayer& layer) {
  if (layer.depthwise) return *weights.constant;
  const auto rows = weights.constant->as<Weight>();
  return Constant::of(burin_kernels::ConvolutionBlocksPacker::pack(rows, static_cast<size_t>(layer.output[3]),
                                                                   static_cast<size_t>(layer.groups())));
}

Constant packed(const Tensor& weights, const BlockLayer& layer) {
  return has_dtype(weights, DType::f32) ? packed<float>(weights, layer) : packed<int8_t>(weights, layer);
}

KernelCall layer_call(const NodeView& view, const BlockLayer& layer) {
  KernelCall call;
  call.geometry = Geometry(window_geometry(layer.windows, layer.input, layer.output));
  if (!layer.depthwise) call.geometry.append(WeightChannelsGeometry{layer.weight_channels});
  const int64_t width = byte_width(view.input(0).type.dtype);
  for (KernelOverlap overlap : window_overlaps(layer.windows, layer.input, layer.output)) {
    overlap.distance *= width;
    call.overlaps.push_back(overlap);
  }
  const Tensor& weights = view.input(1);
  call.constants = {{"weights", element_type(weights.type.dtype), packed(weights, layer), 4}};
  if (!layer.depthwise)
    call.constants[0].records =
        records_of_blocks(layer.output[3], weights.type.shape.elements() / layer.output[3], layer.groups());
  call.arguments = {InputArgument{0}, ConstantArgument{0}};
  return call;
}

void add_constant(KernelCall& call, KernelConstant constant) {
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back(std::move(constant));
}

}  // namespace

std::variant<KernelCall, Refusal> f32_blocks_call(const NodeView& view, const BlockLayer& layer) {
  if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
  KernelCall call = layer_call(view, layer);
  const Tensor& weights = view.input(1);
  const bool scaled = !has_dtype(weights, DType::f32);
  const bool per_channel = scaled && !weights.quantization.per_tensor();
  call.geometry.append(ScaleStepGeometry{per_channel});
  if (scaled) add_constant(call, {"scales", ElementType::f32, Constant::of(weights.quantization.scales), 4});
  const std::vector<float> no_bias(static_cast<size_t>(layer.output[3]));
  add_constant(call, {"bias", ElementType::f32,
                      view.has_input(2) ? *view.input(2).constant : Constant::of(no_bias), 4});
  const RealRange range = activation_range_f32(view.node);
  call.arguments.insert(call.arguments.end(),
                        {OutputArgument{0}, range.lowest, range.highest, int32_t{0}, layer.output[1]});
  call.work = {.instructions = ((scaled ? 4 : 0) + (layer.depthwise ? 10 : 0)) * layer.products() +
                               60 * layer.output.elements(),
               .float_products = layer.products()};
  call.code_bytes = 600;
  return call;
}

}  // namespace burin
