#include "formats/tflite/tensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "formats/tflite/sparse.hpp"
#include "tensor/half.hpp"

namespace burin::tflite {
namespace {

constexpr const char* too_much = "the file describes far more than it holds";

// The element type that a graph holds a stored type as. Four-bit integers and half-precision numbers are
// widened: they are a way to store weights, not to compute.
std::optional<DType> dtype_of(schema::TensorType type) {
  switch (type) {
    case schema::TensorType::FLOAT32:
    case schema::TensorType::FLOAT16:
      return DType::f32;
    case schema::TensorType::INT8:
    case schema::TensorType::INT4:
      return DType::s8;
    case schema::TensorType::UINT8:
      return DType::u8;
    case schema::TensorType::INT16:
      return DType::s16;
    case schema::TensorType::INT32:
      return DType::s32;
    case schema::TensorType::INT64:
      return DType::s64;
    case schema::TensorType::BOOL:
      return DType::boolean;
    default:
      return std::nullopt;
  }
}

std::vector<std::byte> widened(std::span<const std::byte> nibbles, size_t elements) {
  std::vector<std::byte> result(elements);
  for (size_t i = 0; i < elements; ++i) {
    const auto pair = std::to_integer<uint32_t>(nibbles[i / 2]);
    const uint32_t nibble = i % 2 ? pair >> 4 : pair & 15u;  // the first element is in the low half
    result[i] = static_cast<std::byte>((nibble ^ 8u) - 8u);
  }
  return result;
}

std::vector<std::byte> reals_of_halves(std::span<const std::byte> halves, size_t elements) {
  std::vector<std::byte> result(elements * sizeof(float));
  for (size_t i = 0; i < elements; ++i) {
    const float real = real_of_half(std::to_integer<uint32_t>(halves[2 * i]) |
                                    std::to_integer<uint32_t>(halves[2 * i + 1]) << 8);
    std::memcpy(&result[i * sizeof real], &real, sizeof real);
  }
  return result;
}

std::vector<std::byte> decoded(std::span<const std::byte> stored, schema::TensorType type, size_t elements) {
  if (type == schema::TensorType::INT4) return widened(stored, elements);
  if (type == schema::TensorType::FLOAT16) return reals_of_halves(stored, elements);
  std::vector<std::byte> result(stored.begin(), stored.end());
  if (type == schema::TensorType::BOOL)
    for (std::byte& value : result) value = value == std::byte{0} ? std::byte{0} : std::byte{1};
  return result;
}

OpenShape open_shape(const schema::Tensor& source) {
  const uint32_t rank = static_cast<uint32_t>(size_of(source.shape()));
  OpenShape open{.dims = 0, .rank = rank == 0 && !source.has_rank(), .unknown = false};
  if (rank > Shape::max_rank) return open;
  const bool signed_for = size_of(source.shape_signature()) == rank;
  for (uint32_t axis = 0; axis < rank; ++axis) {
    const bool unknown = source.shape()->Get(axis) == -1;
    open.unknown = open.unknown || unknown;
    if (unknown || (signed_for && source.shape_signature()->Get(axis) == -1))
      open.dims = static_cast<uint8_t>(open.dims | 1u << axis);
  }
  return open;
}

}  // namespace

bool OpenShape::allows(const Shape& declared, const Shape& shape) const {
  if (rank) return true;
  if (declared.rank() != shape.rank()) return false;
  for (size_t i = 0; i < shape.rank(); ++i)
    if ((dims >> i & 1) == 0 && declared.dims()[i] != shape.dims()[i]) return false;
  return true;
}

SubgraphTensors TensorReader::read(const schema::SubGraph& subgraph) {
  SubgraphTensors result;
  const size_t count = size_of(subgraph.tensors());
  result.tensors.resize(count);
  result.open.resize(count);
  result.unusable.resize(count);
  result.malformed.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const schema::Tensor& source = *subgraph.tensors()->Get(static_cast<uint32_t>(i));
    result.open[i] = open_shape(source);
    std::optional<Finding> finding = read(source, result.tensors[i]);
    if (!finding) continue;
    result.unusable[i] = finding->message;
    if (finding->code == DiagnosticCode::E0403) continue;
    result.malformed[i] = true;
    result.diagnostics.push_back({.code = finding->code,
                                  .message = "the tensor " + finding->message,
                                  .place = describe_place(i, source),
                                  .help = {},
                                  .file = {}});
    // One finding explains what follows from it, and keeps a hostile file from asking for as much again.
    if (finding->message == too_much) {
      std::fill(result.malformed.begin(), result.malformed.end(), true);
      std::fill(result.unusable.begin(), result.unusable.end(), too_much);
      result.diagnostics = {{.code = DiagnosticCode::E0302,
                             .message = too_much,
                             .place = {},
                             .help = "export or download the file again",
                             .file = {}}};
      return result;
    }
  }
  return result;
}

std::optional<TensorReader::Finding> TensorReader::read(const schema::Tensor& source, Tensor& tensor) {
  const std::string_view name = view_of(source.name());
  if (!budget_.take(name.size())) return Finding{DiagnosticCode::E0302, too_much};
  tensor.name = name;
  tensor.variable = source.is_variable();
  const std::optional<DType> dtype = dtype_of(source.type());
  if (!dtype) return Finding{DiagnosticCode::E0403, fmt::format("is {}", describe_type(source))};
  tensor.type.dtype = *dtype;
  if (source.external_buffer()) return Finding{DiagnosticCode::E0403, "is stored in another file"};
  if (auto finding = read_shape(source, tensor)) return finding;
  if (auto finding = read_quantization(source, tensor)) return finding;
  return read_value(source, tensor);
}

std::optional<TensorReader::Finding> TensorReader::read_shape(const schema::Tensor& source, Tensor& tensor) {
  const size_t rank = size_of(source.shape());
  if (rank > Shape::max_rank) return Finding{DiagnosticCode::E0403, fmt::format("has rank {}", rank)};
  // A dimension that is free is 1, which of an input is the batch that firmware runs.
  std::vector<int32_t> dims;
  for (uint32_t axis = 0; axis < rank; ++axis) dims.push_back(source.shape()->Get(axis));
  if (std::ranges::any_of(dims, [](int32_t dim) { return dim < -1; }))
    return Finding{DiagnosticCode::E0303, fmt::format("is {}", describe_type(source))};
  std::ranges::replace(dims, -1, 1);
  tensor.type.shape = Shape(std::move(dims));
  if (!tensor.type.shape.sane())
    return Finding{DiagnosticCode::E0303, fmt::format("has more than {} elements", Shape::max_elements)};
  return std::nullopt;
}

std::optional<TensorReader::Finding> TensorReader::read_quantization(const schema::Tensor& source,
                                                                     Tensor& tensor) {
  const schema::QuantizationParameters* from = source.quantization();
  const DType dtype = tensor.type.dtype;
  if (from == nullptr || dtype == DType::f32 || dtype == DType::boolean) return std::nullopt;
  if (from->details_type() != schema::QuantizationDetails::NONE)
    return Finding{DiagnosticCode::E0403, "is quantized neither per tensor nor per channel"};
  const size_t count = size_of(from->scale());
  const size_t zero_points = size_of(from->zero_point());
  if (count == 0) return std::nullopt;
  if (zero_points > 1 && zero_points != count)
    return Finding{DiagnosticCode::E0303,
                   fmt::format("has {} scales and {} zero points", count, zero_points)};
  Quantization& to = tensor.quantization;
  if (count > 1) {
    to.axis = from->quantized_dimension();
    const Shape& shape = tensor.type.shape;
    // Old converters give a bias the axis of the weights that it belongs to.
    if (shape.rank() == 1) to.axis = 0;
    if (to.axis < 0 || static_cast<size_t>(to.axis) >= shape.rank() ||
        static_cast<size_t>(shape[to.axis]) != count)
      return Finding{DiagnosticCode::E0303,
                     fmt::format("has {} scales along axis {} of {}", count, to.axis, describe_type(source))};
  }
  if (!budget_.take(count * 8)) return Finding{DiagnosticCode::E0302, too_much};
  const IntegerRange range = integer_range(dtype);
  for (uint32_t i = 0; i < count; ++i) {
    const float scale = from->scale()->Get(i);
    int64_t zero_point = 0;
    // FlatBuffers' verifier does not check the alignment of a vector's elements.
    if (zero_points > 0)
      std::memcpy(&zero_point, from->zero_point()->Data() + 8 * (zero_points == 1 ? 0 : i),
                  sizeof zero_point);
    // Converters give 0 to a channel whose weights are all zero.
    const bool usable = std::isfinite(scale) && (scale > 0 || (scale == 0 && count > 1));
    if (!usable && (dtype == DType::s32 || dtype == DType::s64)) {
      // Indices, sizes and biases: some converters write empty parameters for them, and nothing reads these.
      to = {};
      return std::nullopt;
    }
    if (!usable) return Finding{DiagnosticCode::E0303, fmt::format("has the scale {}", scale)};
    if (zero_point < std::max<int64_t>(range.lowest, INT32_MIN) ||
        zero_point > std::min<int64_t>(range.highest, INT32_MAX))
      return Finding{DiagnosticCode::E0303,
                     fmt::format("is {} and has the zero point {}", describe_type(source), zero_point)};
    to.scales.push_back(scale);
    to.zero_points.push_back(static_cast<int32_t>(zero_point));
  }
  return std::nullopt;
}

std::optional<TensorReader::Finding> TensorReader::read_value(const schema::Tensor& source, Tensor& tensor) {
  const auto* buffers = file_.model().buffers();
  if (source.buffer() == 0 && size_of(buffers) == 0) return std::nullopt;
  if (source.buffer() >= size_of(buffers))
    return Finding{DiagnosticCode::E0302,
                   fmt::format("names buffer {} of {}", source.buffer(), size_of(buffers))};
  const schema::Buffer& buffer = *buffers->Get(source.buffer());
  std::span<const std::byte> stored;
  if (size_of(buffer.data()) > 0) {
    stored = std::as_bytes(std::span(buffer.data()->data(), buffer.data()->size()));
  } else if (buffer.offset() > 1) {  // 0 and 1 say that there is none
    const std::span<const std::byte> file = file_.bytes();
    if (buffer.offset() > file.size() || buffer.size() > file.size() - buffer.offset())
      return Finding{DiagnosticCode::E0302, "has a value that lies outside of the file"};
    stored = file.subspan(buffer.offset(), buffer.size());
  }
  const bool packed = source.type() == schema::TensorType::INT4;
  const bool half = source.type() == schema::TensorType::FLOAT16;
  if (stored.empty()) {
    if (packed || half)
      return Finding{DiagnosticCode::E0403, fmt::format("is {} and not constant", describe_type(source))};
    return std::nullopt;
  }
  const auto elements = static_cast<size_t>(tensor.type.shape.elements());
  if (source.sparsity()) {
    if (packed) return Finding{DiagnosticCode::E0403, "is int4 and stored in sparse form"};
    const size_t width = half ? 2 : static_cast<size_t>(byte_width(tensor.type.dtype));
    std::optional<std::vector<std::byte>> all =
        densified(*source.sparsity(), tensor.type.shape, stored, width, budget_);
    if (!all)
      return Finding{DiagnosticCode::E0303,
                     fmt::format("is {} and stored in a sparse form that is damaged", describe_type(source))};
    tensor.constant = Constant(decoded(*all, source.type(), elements));
    return std::nullopt;
  }
  const size_t expected = packed ? (elements + 1) / 2
                          : half ? 2 * elements
                                 : static_cast<size_t>(tensor.type.bytes());
  if (stored.size() != expected)
    return Finding{DiagnosticCode::E0303,
                   fmt::format("is {} but its buffer holds {} bytes", describe_type(source), stored.size())};
  const auto [entry, fresh] = constants_.try_emplace({stored.data(), stored.size(), source.type()});
  if (fresh) {
    if (!budget_.take(elements * static_cast<size_t>(byte_width(tensor.type.dtype))))
      return Finding{DiagnosticCode::E0302, too_much};
    entry->second = Constant(decoded(stored, source.type(), elements));
  }
  tensor.constant = entry->second;
  return std::nullopt;
}

}  // namespace burin::tflite
