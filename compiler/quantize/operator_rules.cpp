#include "quantize/operator_rules.hpp"

#include <algorithm>
#include <cmath>

#include "ir/edit.hpp"
#include "ops/operator.hpp"

namespace burin {

std::optional<Quantization> fixed_output_quantization(Op op) {
  switch (op) {
    case Op::softmax:
    case Op::logistic:
      return Quantization{{1.0f / 256}, {-128}, 0};
    case Op::tanh:
    case Op::l2_normalization:
      return Quantization{{1.0f / 128}, {0}, 0};
    case Op::log_softmax:
      return Quantization{{16.0f / 256}, {127}, 0};
    default:
      return std::nullopt;
  }
}

bool keeps_quantization(Op op) {
  switch (op) {
    case Op::average_pool_2d:
    case Op::max_pool_2d:
    case Op::reshape:
    case Op::squeeze:
    case Op::expand_dims:
    case Op::pad:
    case Op::concatenation:
    case Op::pack:
    case Op::unpack:
    case Op::split:
    case Op::split_v:
    case Op::slice:
    case Op::strided_slice:
    case Op::transpose:
    case Op::gather:
    case Op::tile:
    case Op::reverse_v2:
    case Op::resize_bilinear:
    case Op::resize_nearest_neighbor:
    case Op::maximum:
    case Op::minimum:
    case Op::depth_to_space:
    case Op::space_to_depth:
    case Op::batch_to_space_nd:
    case Op::space_to_batch_nd:
    case Op::broadcast_to:
    case Op::reduce_max:
    case Op::reduce_min:
    case Op::select:
    case Op::select_v2:
    case Op::relu6:
    case Op::relu_n1_to_1:
      return true;
    default:
      return false;
  }
}

std::optional<int32_t> weights_axis(Op op) {
  switch (op) {
    case Op::convolution_2d:
    case Op::fully_connected:
    case Op::transpose_conv:
      return 0;
    case Op::depthwise_convolution_2d:
      return 3;
    default:
      return std::nullopt;
  }
}

Quantization int8_quantization(float lowest, float highest) {
  const double low = std::min<double>(lowest, 0);
  const double high = std::max<double>(highest, 0);
  const auto scale = static_cast<float>((high - low) / 255);
  if (!(scale > 1e-30f)) return {{1.0f}, {0}, 0};
  const double zero_point = std::clamp(std::round(-128 - low / static_cast<double>(scale)), -128.0, 127.0);
  return {{scale}, {static_cast<int32_t>(zero_point)}, 0};
}

bool takes_int8(const NodeView& view) {
  const auto is_real = [&](TensorId id) { return id.valid() && view.graph.at(id).type.dtype == DType::f32; };
  const auto is_variable = [&](TensorId id) { return id.valid() && view.graph.at(id).variable; };
  if (std::ranges::none_of(view.node.inputs, is_real) || std::ranges::any_of(view.node.inputs, is_variable))
    return false;
  const std::optional<int32_t> axis = weights_axis(view.node.op);
  if (axis &&
      (view.node.inputs.size() < 2 || !view.input(1).is_constant() ||
       view.input(1).type.dtype != DType::f32 ||
       (view.has_input(2) && view.input(2).type.dtype != DType::f32) || is_variable(view.node.inputs[0])))
    return false;
  // The node alone, with numbers that any such quantisation could have.
  Graph trial;
  Node node = view.node;
  const auto add = [&](TensorId id, bool output) {
    Tensor tensor = view.graph.at(id);
    if (tensor.type.dtype == DType::f32) {
      tensor.type.dtype = DType::s8;
      // All different, but where they have to be alike: an operator that asks for more stays float.
      const auto place = static_cast<int32_t>(keeps_quantization(view.node.op) ? 0 : trial.tensors.size());
      tensor.quantization = {{0.05f - 0.001f * static_cast<float>(place % 20)}, {-3 - place % 20}, 0};
      if (const auto fixed = fixed_output_quantization(view.node.op); fixed && output)
        tensor.quantization = *fixed;
      if (tensor.is_constant())
        tensor.constant = Constant(std::vector<std::byte>(static_cast<size_t>(tensor.type.bytes())));
    }
    return add_tensor(trial, std::move(tensor));
  };
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.inputs[i].valid()) continue;
    node.inputs[i] = add(node.inputs[i], false);
    Tensor& tensor = trial.at(node.inputs[i]);
    if (!axis || i == 0 || i > 2) continue;
    if (i == 1) {
      const auto channels = static_cast<size_t>(tensor.type.shape[*axis]);
      tensor.quantization = {std::vector<float>(channels, 0.01f), std::vector<int32_t>(channels, 0), *axis};
    } else {
      tensor.type.dtype = DType::s32;
      tensor.quantization = {};
      tensor.constant = Constant(std::vector<std::byte>(static_cast<size_t>(tensor.type.bytes())));
    }
  }
  for (TensorId& id : node.outputs) id = add(id, true);
  return check_operator({trial, node}).empty();
}

}  // namespace burin
