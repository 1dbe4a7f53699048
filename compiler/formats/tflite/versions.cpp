#include "formats/tflite/versions.hpp"

#include <algorithm>
#include <optional>

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

// Versions by the type of the operand that decides; of other types, 1.
struct TypeRow {
  BuiltinOperator kind;
  int32_t s8 = 1;
  int32_t s16 = 1;
  int32_t u8 = 1;
  int32_t s32 = 1;
  int32_t s64 = 1;
  int32_t boolean = 1;
  int32_t f32 = 1;
};

constexpr TypeRow rows[] = {
    {.kind = BuiltinOperator::ABS, .s8 = 2, .s16 = 3, .u8 = 2, .s32 = 5},
    {.kind = BuiltinOperator::ADD, .s8 = 2, .s16 = 3, .s64 = 4},
    {.kind = BuiltinOperator::ARG_MAX, .s8 = 2, .boolean = 3},
    {.kind = BuiltinOperator::ARG_MIN, .s8 = 2, .boolean = 3},
    {.kind = BuiltinOperator::AVERAGE_POOL_2D, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::BATCH_MATMUL, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::BATCH_TO_SPACE_ND, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::BROADCAST_TO,
     .s8 = 3,
     .s16 = 3,
     .u8 = 2,
     .s32 = 2,
     .s64 = 2,
     .boolean = 2,
     .f32 = 2},
    {.kind = BuiltinOperator::CONCATENATION, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::DEPTH_TO_SPACE, .s8 = 2},
    {.kind = BuiltinOperator::DEQUANTIZE, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::EQUAL, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::EXP, .s8 = 2, .s16 = 2},
    {.kind = BuiltinOperator::FLOOR_DIV, .s8 = 3, .s16 = 3, .f32 = 2},
    {.kind = BuiltinOperator::FLOOR_MOD, .s8 = 2, .s16 = 2},
    {.kind = BuiltinOperator::GATHER, .s8 = 2, .s16 = 4, .boolean = 3},
    {.kind = BuiltinOperator::GREATER, .s8 = 2},
    {.kind = BuiltinOperator::GREATER_EQUAL, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::L2_NORMALIZATION, .s8 = 2},
    {.kind = BuiltinOperator::LEAKY_RELU, .s16 = 2},
    {.kind = BuiltinOperator::LESS, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::LESS_EQUAL, .s8 = 2},
    {.kind = BuiltinOperator::LOG, .s8 = 2, .s16 = 2},
    {.kind = BuiltinOperator::LOGISTIC, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::LOG_SOFTMAX, .s8 = 2},
    {.kind = BuiltinOperator::MAXIMUM, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::MAX_POOL_2D, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::MEAN, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::MINIMUM, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::MUL, .s8 = 2, .s16 = 4, .s64 = 5},
    {.kind = BuiltinOperator::NOT_EQUAL, .s8 = 2},
    {.kind = BuiltinOperator::PACK, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::PAD, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::REDUCE_MAX, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::REDUCE_MIN, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::REDUCE_PROD, .s8 = 2, .s16 = 2},
    {.kind = BuiltinOperator::RELU, .s8 = 2, .s16 = 3, .u8 = 2},
    {.kind = BuiltinOperator::RELU6, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::RESIZE_BILINEAR, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::REVERSE_V2, .s8 = 3, .boolean = 2},
    {.kind = BuiltinOperator::RSQRT, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::SELECT, .s8 = 2},
    {.kind = BuiltinOperator::SLICE, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::SOFTMAX, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::SPACE_TO_BATCH_ND, .s8 = 2, .s16 = 4},
    {.kind = BuiltinOperator::SPACE_TO_DEPTH, .s8 = 2},
    {.kind = BuiltinOperator::SPLIT_V, .s8 = 2},
    {.kind = BuiltinOperator::SQUARED_DIFFERENCE, .s8 = 2},
    {.kind = BuiltinOperator::STRIDED_SLICE, .s8 = 2, .boolean = 3},
    {.kind = BuiltinOperator::SUB, .s8 = 2, .s16 = 5, .s64 = 4},
    {.kind = BuiltinOperator::SUM, .s8 = 2},
    {.kind = BuiltinOperator::SVDF, .s8 = 3},
    {.kind = BuiltinOperator::TANH, .s8 = 2, .s16 = 3},
    {.kind = BuiltinOperator::TILE, .s8 = 3},
    {.kind = BuiltinOperator::TRANSPOSE, .s8 = 2, .s16 = 5, .boolean = 3},
    {.kind = BuiltinOperator::UNPACK, .s8 = 2, .s16 = 4, .u8 = 2, .boolean = 3},
};

int32_t by_type(const TypeRow& row, DType dtype) {
  switch (dtype) {
    case DType::s8:
      return row.s8;
    case DType::s16:
      return row.s16;
    case DType::u8:
      return row.u8;
    case DType::s32:
      return row.s32;
    case DType::s64:
      return row.s64;
    case DType::boolean:
      return row.boolean;
    case DType::f32:
      return row.f32;
  }
  return 1;
}

class Signature {
 public:
  Signature(const std::vector<const Tensor*>& inputs, const std::vector<const Tensor*>& outputs)
      : inputs_(inputs), outputs_(outputs) {}

  std::optional<DType> input(size_t i) const {
    return i < inputs_.size() && inputs_[i] ? std::optional(inputs_[i]->type.dtype) : std::nullopt;
  }
  std::optional<DType> output() const {
    return outputs_.empty() ? std::nullopt : std::optional(outputs_[0]->type.dtype);
  }
  size_t inputs() const { return inputs_.size(); }
  bool per_channel(size_t i) const { return inputs_.at(i)->quantization.scales.size() > 1; }
  size_t rank(size_t i) const { return i < inputs_.size() && inputs_[i] ? inputs_[i]->type.shape.rank() : 0; }
  size_t highest_rank() const {
    size_t highest = 0;
    for (size_t i = 0; i < inputs_.size(); ++i) highest = std::max(highest, rank(i));
    return highest;
  }
  bool broadcasts() const {
    return inputs_.size() >= 2 && inputs_[0] && inputs_[1] &&
           inputs_[0]->type.shape != inputs_[1]->type.shape;
  }
  // float32 by int8 weights, which are the operand of that number.
  bool hybrid(size_t weights) const {
    return input(0) == DType::f32 && input(weights) == DType::s8 && output() == DType::f32;
  }
  const Tensor& operand(size_t i) const { return *inputs_.at(i); }
  const Tensor& result() const { return *outputs_.at(0); }

 private:
  const std::vector<const Tensor*>& inputs_;
  const std::vector<const Tensor*>& outputs_;
};

int32_t fully_connected_version(const Signature& s) {
  if (s.hybrid(1) && s.per_channel(1)) return 12;
  if (s.input(0) == DType::s16 && s.input(1) == DType::s16) return 7;
  if (s.inputs() == 2) return 6;
  if (s.input(0) == DType::s8) return 4;
  return s.hybrid(1) ? 3 : 1;
}

int32_t mul_version(const Signature& s, int32_t by_type) {
  const auto scale = [](const Tensor& tensor) {
    return tensor.quantization.per_tensor() ? tensor.quantization.scale() : 0.0f;
  };
  const float product = scale(s.operand(0)) * scale(s.operand(1));
  const float to = scale(s.result());
  if (s.input(0) == DType::s16 && !s.operand(0).quantization.present()) return 7;
  return product != 0 && to != 0 && product / to >= 1 ? std::max(by_type, 3) : by_type;
}

}  // namespace

int32_t version_of(BuiltinOperator kind, const std::vector<const Tensor*>& inputs,
                   const std::vector<const Tensor*>& outputs) {
  const Signature s(inputs, outputs);
  const auto row = std::ranges::find(rows, kind, &TypeRow::kind);
  // SPLIT has its axis in front.
  const size_t decisive = kind == BuiltinOperator::SPLIT ? 1 : 0;
  int32_t version = row == std::end(rows) || !s.input(decisive) ? 1 : by_type(*row, *s.input(decisive));
  switch (kind) {
    case BuiltinOperator::CONV_2D:
      if (s.hybrid(1)) return s.per_channel(1) ? 5 : 2;
      if (s.rank(0) == 4 && s.rank(1) == 4 && s.operand(1).type.shape[3] != s.operand(0).type.shape[3])
        return 6;
      return s.input(0) == DType::s8 ? 3 : s.input(0) == DType::s16 ? 4 : 1;
    case BuiltinOperator::DEPTHWISE_CONV_2D:
      if (s.hybrid(1)) return s.per_channel(1) ? 6 : 4;
      return s.input(0) == DType::s8 ? 3 : s.input(0) == DType::s16 ? 5 : 1;
    case BuiltinOperator::TRANSPOSE_CONV:
      return s.inputs() == 4 ? 3 : s.input(1) == DType::s8 ? 2 : 1;
    case BuiltinOperator::FULLY_CONNECTED:
      return fully_connected_version(s);
    case BuiltinOperator::SVDF:
      return s.hybrid(1) ? 2 : version;
    case BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM:
      return s.hybrid(2) ? 2 : 1;
    case BuiltinOperator::ADD:
      return s.input(0) == DType::s16 && !s.operand(0).quantization.present() ? 5 : version;
    case BuiltinOperator::MUL:
      return mul_version(s, version);
    case BuiltinOperator::ABS:
      return s.input(0) == DType::s16 && !s.operand(0).quantization.present() ? 4 : version;
    case BuiltinOperator::QUANTIZE:
      return s.result().quantization.scales.size() > 1 ? 3 : s.output() == DType::s16 ? 2 : 1;
    case BuiltinOperator::DEQUANTIZE:
      return s.per_channel(0) ? 5 : version;
    case BuiltinOperator::SPLIT:
      return s.input(1) == DType::s16 ? 4 : s.input(1) == DType::s32 ? 3 : s.input(1) == DType::s8 ? 2 : 1;
    case BuiltinOperator::CAST:
      return s.input(0) == DType::s8 || s.output() == DType::s8 ? 3 : 1;
    case BuiltinOperator::FILL:
      return s.input(1) == DType::s8 || s.input(1) == DType::s16 ? 3 : s.input(1) == DType::boolean ? 2 : 1;
    case BuiltinOperator::TRANSPOSE:
      return std::max(version, s.rank(0) > 5 ? 6 : s.rank(0) > 4 ? 4 : 1);
    case BuiltinOperator::SLICE:
      return std::max(version, s.rank(0) > 4 ? 5 : 1);
    case BuiltinOperator::STRIDED_SLICE:
    case BuiltinOperator::PAD:
      return std::max(version, s.rank(0) > 4 ? 4 : 1);
    case BuiltinOperator::MAXIMUM:
    case BuiltinOperator::MINIMUM:
    case BuiltinOperator::SUB:
      return std::max(version, s.broadcasts() && s.highest_rank() > 4 ? 3 : 1);
    case BuiltinOperator::DIV:
      return s.broadcasts() && s.highest_rank() > 4 ? 2 : 1;
    case BuiltinOperator::SPACE_TO_BATCH_ND:
    case BuiltinOperator::BATCH_TO_SPACE_ND:
      return std::max(version, s.rank(0) != 4 ? 3 : 1);
    case BuiltinOperator::SELECT:
      return std::max(version, s.highest_rank() == 5 ? 3 : 1);
    default:
      return version;
  }
}

}  // namespace burin::tflite
