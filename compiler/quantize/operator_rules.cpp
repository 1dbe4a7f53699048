#include "quantize/operator_rules.hpp"

#include <algorithm>
#include <cmath>

#include "ir/edit.hpp"
#include "ops/operator.hpp"

namespace burin {

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::f32:
      return "float";
    case Precision::s8:
      return "int8";
    case Precision::s16:
      return "int16";
    case Precision::hybrid:
      return "float with int8 weights";
  }
  return {};
}

DType activation_type(Precision precision) {
  return precision == Precision::s8 ? DType::s8 : precision == Precision::s16 ? DType::s16 : DType::f32;
}

std::optional<Quantization> fixed_output_quantization(Op op, Precision precision) {
  if (precision == Precision::s16) {
    if (op != Op::softmax && op != Op::logistic && op != Op::tanh) return std::nullopt;
    return Quantization{{1.0f / 32768}, {0}, 0};
  }
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

Quantization quantization_of_range(float lowest, float highest, Precision precision) {
  BURIN_CHECK(is_integer(precision), "floats have no range");
  if (precision == Precision::s8) return int8_quantization(lowest, highest);
  const float scale = std::max(std::abs(lowest), std::abs(highest)) / 32767;
  return {{scale > 1e-30f ? scale : 1.0f}, {0}, 0};
}

namespace {

// Has the operand the place of weights, or of a bias?
enum class Role : uint8_t { value, weights, bias };

Role role_of(const NodeView& view, size_t input) {
  if (!weights_axis(view.node.op) || input == 0 || input > 2) return Role::value;
  return input == 1 ? Role::weights : Role::bias;
}

// All different, but where they have to be alike: an operator that asks for more stays float.
Quantization some_quantization(const NodeView& view, size_t place, Precision precision, bool output) {
  if (output)
    if (const auto fixed = fixed_output_quantization(view.node.op, precision)) return *fixed;
  const auto number = static_cast<int32_t>(keeps_quantization(view.node.op) ? 0 : place % 20);
  return {{0.05f - 0.001f * static_cast<float>(number)}, {precision == Precision::s16 ? 0 : -3 - number}, 0};
}

}  // namespace

bool takes(const NodeView& view, Precision precision) {
  if (precision == Precision::f32) return true;
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
  if (precision == Precision::hybrid && !axis) return false;
  // The node alone, with numbers that any such quantization could have.
  Graph trial;
  Node node = view.node;
  const auto add = [&](TensorId id, Role role, bool output) {
    Tensor tensor = view.graph.at(id);
    if (tensor.type.dtype == DType::f32) {
      if (role == Role::weights) {
        const auto channels = static_cast<size_t>(tensor.type.shape[*axis]);
        tensor.type.dtype = DType::s8;
        tensor.quantization = {std::vector<float>(channels, 0.01f), std::vector<int32_t>(channels, 0), *axis};
      } else if (is_integer(precision) && role == Role::bias) {
        tensor.type.dtype = precision == Precision::s16 ? DType::s64 : DType::s32;
        tensor.quantization = {};
      } else if (is_integer(precision)) {
        tensor.type.dtype = activation_type(precision);
        tensor.quantization = some_quantization(view, trial.tensors.size(), precision, output);
      }
      if (tensor.is_constant())
        tensor.constant = Constant(std::vector<std::byte>(static_cast<size_t>(tensor.type.bytes())));
    }
    return add_tensor(trial, std::move(tensor));
  };
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (node.inputs[i].valid()) node.inputs[i] = add(node.inputs[i], role_of(view, i), false);
  for (TensorId& id : node.outputs) id = add(id, Role::value, true);
  return check_operator({trial, node}).empty();
}

}  // namespace burin
