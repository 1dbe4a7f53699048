#include "ops/weighted/weighted_blocks.hpp"

#include <limits>

#include "kernels/convolution_2d_blocks.hpp"
#include "kernels/depthwise_convolution_2d_blocks.hpp"
#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"

namespace burin {
namespace {

template <class Weight>
Constant packed(const Tensor& weights, const BlockLayer& layer) {
  if (layer.depthwise) return *weights.constant;
  const auto rows = weights.constant->as<Weight>();
  return Constant::of(burin_kernels::ConvolutionBlocksPacker::pack(rows, static_cast<size_t>(layer.output[3]),
                                                                   static_cast<size_t>(layer.groups())));
}

Constant packed(const Tensor& weights, const BlockLayer& layer) {
  switch (weights.type.dtype) {
    case DType::f32:
      return packed<float>(weights, layer);
    case DType::u8:
      return packed<uint8_t>(weights, layer);
    default:
      return packed<int8_t>(weights, layer);
  }
}

KernelCall layer_call(const NodeView& view, const BlockLayer& layer) {
  KernelCall call;
  call.geometry = window_geometry(layer.windows, layer.input, layer.output);
  if (!layer.depthwise) call.geometry.emplace_back("weight_channels", layer.weight_channels);
  const int64_t width = byte_width(view.input(0).type.dtype);
  for (KernelOverlap overlap : window_overlaps(layer.windows, layer.input, layer.output)) {
    overlap.distance *= width;
    call.overlaps.push_back(overlap);
  }
  call.constants = {{"weights", element_type(view.input(1).type.dtype), packed(view.input(1), layer), 4}};
  call.arguments = {InputArgument{0}, ConstantArgument{0}};
  call.stack_bytes = 300;
  return call;
}

void add_constant(KernelCall& call, KernelConstant constant) {
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back(std::move(constant));
}

// No sum of products can leave int32, whatever the input.
bool sums_fit(const NodeView& view) {
  const Tensor& weights = view.input(1);
  const int64_t outputs = view.output().type.shape[-1];
  // Each part of a sum is within 255 * 255 for every weight, and there are three.
  const int64_t products = 3 * 255 * 255 * (weights.type.shape.elements() / outputs);
  int64_t bias = 0;
  if (view.has_input(2))
    for (const int32_t b : view.input(2).constant->as<int32_t>()) bias = std::max(bias, std::abs(int64_t{b}));
  return products + bias <= std::numeric_limits<int32_t>::max();
}

}  // namespace

std::variant<KernelCall, Refusal> f32_blocks_call(const NodeView& view, const BlockLayer& layer) {
  if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
  KernelCall call = layer_call(view, layer);
  const Tensor& weights = view.input(1);
  const bool scaled = !has_dtype(weights, DType::f32);
  const bool per_channel = scaled && !weights.quantization.per_tensor();
  call.geometry.emplace_back("scale_step", per_channel ? 1 : 0);
  if (scaled) add_constant(call, {"scales", ElementType::f32, Constant::of(weights.quantization.scales), 4});
  const std::vector<float> no_bias(static_cast<size_t>(layer.output[3]));
  add_constant(call, {"bias", ElementType::f32,
                      view.has_input(2) ? *view.input(2).constant : Constant::of(no_bias), 4});
  const RealRange range = activation_range_f32(view.node.activation);
  // A literal has to stand for it, and there is none for infinity.
  constexpr float largest = std::numeric_limits<float>::max();
  call.arguments.insert(call.arguments.end(),
                        {OutputArgument{0}, std::max(range.lowest, -largest),
                         std::min(range.highest, largest), int32_t{0}, layer.output[1]});
  call.work = {.instructions = ((scaled ? 4 : 0) + (layer.depthwise ? 10 : 0)) * layer.products() +
                               60 * layer.output.elements(),
               .float_products = layer.products()};
  call.code_bytes = 600;
  return call;
}

std::variant<KernelCall, Refusal> asymmetric_blocks_call(const NodeView& view, const BlockLayer& layer,
                                                         bool product_in_float,
                                                         const LoweringContext& context) {
  if (has_symmetric_s8_weights(view)) return Refusal{"it is for weights with a zero point"};
  if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes 8-bit integers"};
  if (!sums_fit(view)) return Refusal{"sums of products can leave 32 bits"};
  KernelCall call = layer_call(view, layer);
  const ClampRange range = activation_range(view.node.activation, view.output());
  call.geometry.insert(call.geometry.end(), {{"input_zero_point", view.input(0).quantization.zero_point()},
                                             {"weights_zero_point", view.input(1).quantization.zero_point()},
                                             {"output_zero_point", view.output().quantization.zero_point()},
                                             {"activation_min", range.lowest},
                                             {"activation_max", range.highest},
                                             {"round_once", context.rounding == Rounding::litert ? 1 : 0}});
  const std::vector<int32_t> no_bias(static_cast<size_t>(layer.output[3]));
  add_constant(call, {"bias", ElementType::s32,
                      view.has_input(2) ? *view.input(2).constant : Constant::of(no_bias), 4});
  const std::vector<FixedPointMultiplier> multipliers =
      output_multipliers(view.input(0), view.input(1), view.output(), layer.output[3], product_in_float);
  for (KernelConstant& constant : requantization_constants(multipliers))
    add_constant(call, std::move(constant));
  call.arguments.insert(call.arguments.end(), {OutputArgument{0}, int32_t{0}, layer.output[1]});
  call.work = {.instructions = 2 * layer.products() + 80 * layer.output.elements(),
               .products = layer.products(),
               .requantizations = layer.output.elements()};
  call.code_bytes = 700;
  return call;
}

}  // namespace burin
