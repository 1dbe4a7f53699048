#include "formats/onnx/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "formats/onnx/onnx.pb.h"
#include "formats/operator_table.hpp"
#include "ops/value.hpp"
#include "tensor/half.hpp"

namespace burin::onnx {
namespace {

// ---- how many parts a message has ----

// A part costs a hundred bytes once it is parsed, and two in the file.
constexpr int64_t most_parts = 1'000'000;

enum class Kind : uint8_t {
  model,
  graph,
  node,
  attribute,
  tensor,
  value,
  type,
  tensor_type,
  shape,
  function,
  opset,
  entry,
  sparse,
  leaf
};

// The messages inside of a message, by the numbers of their fields; `leaf` for text, and for fields that are
// skipped.
Kind kind_of(Kind outer, uint32_t field) {
  switch (outer) {
    case Kind::model:
      return field == 7 ? Kind::graph : field == 8 ? Kind::opset : field == 25 ? Kind::function : Kind::leaf;
    case Kind::graph:
      return field == 1                   ? Kind::node
             : field == 5                 ? Kind::tensor
             : field == 11 || field == 12 ? Kind::value
             : field == 15                ? Kind::sparse
                                          : Kind::leaf;
    case Kind::node:
      return field == 5 ? Kind::attribute : Kind::leaf;
    case Kind::attribute:
      return field == 5 || field == 10 ? Kind::tensor : field == 6 || field == 11 ? Kind::graph : Kind::leaf;
    case Kind::tensor:
      return field == 13 ? Kind::entry : Kind::leaf;
    case Kind::value:
      return field == 2 ? Kind::type : Kind::leaf;
    case Kind::type:
      return field == 1 ? Kind::tensor_type : Kind::leaf;
    case Kind::tensor_type:
      return field == 2 ? Kind::shape : Kind::leaf;
    case Kind::function:
      return field == 7 ? Kind::node : field == 9 ? Kind::opset : field == 11 ? Kind::attribute : Kind::leaf;
    case Kind::sparse:
      return field == 1 ? Kind::tensor : Kind::leaf;
    default:
      return Kind::leaf;
  }
}

// Walks over the messages without keeping them. False where there are too many, or where they are nested
// deeper than the parser goes; what is malformed is left to the parser.
bool count_parts(google::protobuf::io::CodedInputStream& stream, Kind kind, int depth, int64_t& parts) {
  if (depth > 100) return false;
  while (const uint32_t tag = stream.ReadTag()) {
    if (++parts > most_parts) return false;
    const uint32_t wire = tag & 7u;
    uint64_t number = 0;
    uint32_t length = 0;
    if (wire == 0) {
      // Unpacked integers are no parts: eight bytes each, for one or more.
      --parts;
      if (!stream.ReadVarint64(&number)) return true;
    } else if (wire == 1 || wire == 5) {
      --parts;
      if (!stream.Skip(wire == 1 ? 8 : 4)) return true;
    } else if (wire == 2) {
      if (!stream.ReadVarint32(&length)) return true;
      const Kind inner = kind == Kind::leaf ? Kind::leaf : kind_of(kind, tag >> 3);
      if (inner == Kind::leaf || (kind == Kind::shape)) {
        if (!stream.Skip(static_cast<int>(std::min<uint32_t>(length, INT32_MAX)))) return true;
        continue;
      }
      const auto limit = stream.PushLimit(static_cast<int>(std::min<uint32_t>(length, INT32_MAX)));
      if (!count_parts(stream, inner, depth + 1, parts)) return false;
      if (stream.BytesUntilLimit() > 0 && !stream.Skip(stream.BytesUntilLimit())) return true;
      stream.PopLimit(limit);
    } else {
      return true;
    }
  }
  return true;
}

// ---- the elements of a tensor ----

using schema::TensorProto;

int64_t bits_of(int32_t data_type) {
  switch (data_type) {
    case TensorProto::UINT4:
    case TensorProto::INT4:
      return 4;
    case TensorProto::UINT8:
    case TensorProto::INT8:
    case TensorProto::BOOL:
      return 8;
    case TensorProto::UINT16:
    case TensorProto::INT16:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return 16;
    case TensorProto::FLOAT:
    case TensorProto::INT32:
    case TensorProto::UINT32:
      return 32;
    default:
      return 64;
  }
}

float real_of_bfloat(uint32_t bits) {
  bits <<= 16;
  float result = 0;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

template <class T>
T number_at(std::string_view bytes, size_t i) {
  T value;
  std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
  return value;
}

// From the format's packed little-endian bytes.
void decode(std::string_view raw, int32_t data_type, size_t elements, DType dtype, std::byte* to) {
  const auto put = [&](size_t i, const auto& value) {
    std::memcpy(to + i * sizeof value, &value, sizeof value);
  };
  for (size_t i = 0; i < elements; ++i) {
    switch (data_type) {
      case TensorProto::FLOAT16:
        put(i, real_of_half(number_at<uint16_t>(raw, i)));
        break;
      case TensorProto::BFLOAT16:
        put(i, real_of_bfloat(number_at<uint16_t>(raw, i)));
        break;
      case TensorProto::DOUBLE:
        put(i, static_cast<float>(number_at<double>(raw, i)));
        break;
      case TensorProto::UINT32:
        put(i, int64_t{number_at<uint32_t>(raw, i)});
        break;
      case TensorProto::UINT16:
        put(i, int32_t{number_at<uint16_t>(raw, i)});
        break;
      case TensorProto::BOOL:
        put(i, static_cast<uint8_t>(raw[i] != 0 ? 1 : 0));
        break;
      case TensorProto::INT4:
      case TensorProto::UINT4: {
        const auto pair = static_cast<uint32_t>(static_cast<unsigned char>(raw[i / 2]));
        const uint32_t nibble = i % 2 ? pair >> 4 : pair & 15u;
        put(i, static_cast<uint8_t>(data_type == TensorProto::INT4 ? (nibble ^ 8u) - 8u : nibble));
        break;
      }
      default: {
        const auto width = static_cast<size_t>(byte_width(dtype));
        std::memcpy(to + i * width, raw.data() + i * width, width);
      }
    }
  }
}

// From the typed fields, where the format keeps every type that is no float, int64 or double in int32_data.
bool decode_fields(const TensorProto& source, int32_t data_type, size_t elements, DType dtype, Value& to) {
  const auto count = [](const auto& field) { return static_cast<size_t>(field.size()); };
  switch (data_type) {
    case TensorProto::FLOAT:
      if (count(source.float_data()) != elements) return false;
      for (size_t i = 0; i < elements; ++i) to.as<float>()[i] = source.float_data(static_cast<int>(i));
      return true;
    case TensorProto::DOUBLE:
      if (count(source.double_data()) != elements) return false;
      for (size_t i = 0; i < elements; ++i)
        to.as<float>()[i] = static_cast<float>(source.double_data(static_cast<int>(i)));
      return true;
    case TensorProto::INT64:
      if (count(source.int64_data()) != elements) return false;
      for (size_t i = 0; i < elements; ++i) to.as<int64_t>()[i] = source.int64_data(static_cast<int>(i));
      return true;
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      if (count(source.uint64_data()) != elements) return false;
      for (size_t i = 0; i < elements; ++i)
        to.as<int64_t>()[i] = static_cast<int64_t>(source.uint64_data(static_cast<int>(i)));
      return true;
    case TensorProto::INT4:
    case TensorProto::UINT4: {
      if (count(source.int32_data()) != (elements + 1) / 2) return false;
      std::string packed;
      for (const int32_t pair : source.int32_data()) packed.push_back(static_cast<char>(pair));
      decode(packed, data_type, elements, dtype, to.bytes.data());
      return true;
    }
    default:
      if (count(source.int32_data()) != elements) return false;
      for (size_t i = 0; i < elements; ++i) {
        const int32_t value = source.int32_data(static_cast<int>(i));
        if (data_type == TensorProto::FLOAT16)
          to.as<float>()[i] = real_of_half(static_cast<uint32_t>(value) & 0xFFFFu);
        else if (data_type == TensorProto::BFLOAT16)
          to.as<float>()[i] = real_of_bfloat(static_cast<uint32_t>(value) & 0xFFFFu);
        else if (data_type == TensorProto::BOOL)
          to.set_integer(i, value != 0 ? 1 : 0);
        else
          to.set_integer(i, value);
      }
      return true;
  }
}

std::optional<uint64_t> number_in(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Result<std::shared_ptr<const schema::ModelProto>> parse(std::span<const std::byte> bytes) {
  if (bytes.size() > static_cast<size_t>(INT32_MAX))
    return damaged_file("the file is too long for its format");
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  {
    google::protobuf::io::CodedInputStream stream(data, static_cast<int>(bytes.size()));
    int64_t parts = 0;
    if (!count_parts(stream, Kind::model, 0, parts))
      return Diagnostic{.code = DiagnosticCode::E0302,
                        .message = fmt::format(
                            "the file describes more than {} parts, or nests them too deeply", most_parts),
                        .place = {},
                        .help = "export or download the file again",
                        .file = {}};
  }
  auto model = std::make_shared<schema::ModelProto>();
  if (!model->ParseFromArray(data, static_cast<int>(bytes.size())))
    return damaged_file("the file starts like an ONNX model, but cannot be parsed as one");
  if (!model->has_graph()) return damaged_file("the file has no graph, as an ONNX model does");
  return std::shared_ptr<const schema::ModelProto>(std::move(model));
}

std::optional<ElementType> element_type_of(int32_t data_type) {
  switch (data_type) {
    case TensorProto::FLOAT:
      return ElementType{DType::f32, true};
    case TensorProto::INT8:
      return ElementType{DType::s8, true};
    case TensorProto::UINT8:
      return ElementType{DType::u8, true};
    case TensorProto::INT16:
      return ElementType{DType::s16, true};
    case TensorProto::INT32:
      return ElementType{DType::s32, true};
    case TensorProto::INT64:
      return ElementType{DType::s64, true};
    case TensorProto::BOOL:
      return ElementType{DType::boolean, true};
    case TensorProto::UINT16:
      return ElementType{DType::s32, false};
    case TensorProto::UINT32:
    case TensorProto::UINT64:
      return ElementType{DType::s64, false};
    case TensorProto::INT4:
      return ElementType{DType::s8, false};
    case TensorProto::UINT4:
      return ElementType{DType::u8, false};
    case TensorProto::DOUBLE:
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16:
      return ElementType{DType::f32, false};
    default:
      return std::nullopt;
  }
}

std::string element_type_name(int32_t data_type) {
  static constexpr const char* names[] = {
      "undefined",      "float32",    "uint8",          "int8",       "uint16",   "int16",
      "int32",          "int64",      "string",         "bool",       "float16",  "float64",
      "uint32",         "uint64",     "complex64",      "complex128", "bfloat16", "float8e4m3fn",
      "float8e4m3fnuz", "float8e5m2", "float8e5m2fnuz", "uint4",      "int4",     "float4e2m1"};
  if (data_type < 0 || static_cast<size_t>(data_type) >= std::size(names))
    return fmt::format("type {}", data_type);
  return names[data_type];
}

Result<Tensor> TensorReader::read(const TensorProto& source) {
  const auto malformed = [](std::string message) {
    return Diagnostic{
        .code = DiagnosticCode::E0303, .message = std::move(message), .place = {}, .help = {}, .file = {}};
  };
  const std::optional<ElementType> type = element_type_of(source.data_type());
  if (!type)
    return Diagnostic{
        .code = DiagnosticCode::E0403,
        .message = fmt::format("is of element type {}, which is not supported",
                               element_type_name(source.data_type())),
        .place = {},
        .help = "export the model with float32, int8 or another type that microcontrollers have",
        .file = {}};
  std::vector<int32_t> dims;
  for (const int64_t dim : source.dims()) {
    if (dim < 0 || dim > Shape::max_elements) return malformed(fmt::format("has a dimension of {}", dim));
    dims.push_back(static_cast<int32_t>(dim));
  }
  Tensor tensor{.type = {type->dtype, Shape(std::move(dims))}};
  if (tensor.type.shape.rank() > Shape::max_rank)
    return Diagnostic{.code = DiagnosticCode::E0403,
                      .message = fmt::format("has {} dimensions, and Burin's tensors at most {}",
                                             tensor.type.shape.rank(), Shape::max_rank),
                      .place = {},
                      .help = {},
                      .file = {}};
  if (!tensor.type.shape.sane())
    return malformed(fmt::format("has more than {} elements", Shape::max_elements));
  const auto elements = static_cast<size_t>(tensor.type.shape.elements());
  const size_t expected = (elements * static_cast<size_t>(bits_of(source.data_type())) + 7) / 8;
  std::string outside;
  std::string_view raw = source.raw_data();
  const bool external = source.data_location() == TensorProto::EXTERNAL;
  // What a tensor claims is believed only as far as there are bytes for it.
  const size_t stored =
      source.raw_data().size() +
      8 * static_cast<size_t>(source.float_data_size() + source.int32_data_size() + source.int64_data_size() +
                              source.double_data_size() + source.uint64_data_size());
  if (!external && elements > 2 * stored)
    return malformed(fmt::format("is {} but holds {} bytes", describe_type(tensor.type), stored));
  left_ -= tensor.type.bytes();
  if (left_ < 0)
    return Diagnostic{.code = DiagnosticCode::E0403,
                      .message = "makes the model's constants more than Burin reads",
                      .place = {},
                      .help = {},
                      .file = {}};
  if (external) {
    Result<std::string> bytes = external_bytes(source, expected);
    if (!bytes) return bytes.diagnostics();
    outside = std::move(*bytes);
    raw = outside;
  }
  Value value = Value::zeros(tensor.type);
  if (external || source.has_raw_data()) {
    if (raw.size() != expected)
      return malformed(fmt::format("is {} but holds {} bytes", describe_type(tensor.type), raw.size()));
    decode(raw, source.data_type(), elements, type->dtype, value.bytes.data());
  } else if (!decode_fields(source, source.data_type(), elements, type->dtype, value)) {
    return malformed(fmt::format("is {} but does not hold as many elements", describe_type(tensor.type)));
  }
  tensor.constant = Constant(std::move(value.bytes));
  return tensor;
}

Result<std::string> TensorReader::external_bytes(const TensorProto& source, size_t expected) {
  std::string location;
  uint64_t offset = 0;
  uint64_t length = expected;
  const auto refused = [&](DiagnosticCode code, const std::string& why) {
    return Diagnostic{
        .code = code,
        .message = fmt::format("lies in the file \"{}\", {}", printable(location, 200), why),
        .place = {},
        .help = "put the model's data file beside the model, by the name that it had at the export",
        .file = {}};
  };
  for (const schema::StringStringEntryProto& entry : source.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() != "offset" && entry.key() != "length") continue;
    const std::optional<uint64_t> number = number_in(entry.value());
    if (!number) return refused(DiagnosticCode::E0303, "at a place that is no number");
    (entry.key() == "offset" ? offset : length) = *number;
  }
  namespace fs = std::filesystem;
  const fs::path relative(location);
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() ||
      relative.has_root_path())
    return refused(DiagnosticCode::E0303, "which is no path below the model's folder");
  for (const fs::path& part : relative)
    if (part == "..") return refused(DiagnosticCode::E0303, "which is no path below the model's folder");
  if (length != expected)
    return refused(DiagnosticCode::E0303, fmt::format("where it has {} bytes and not {}", length, expected));
  // No link on the way: each folder is opened from the one above it.
  int folder = open(folder_.empty() ? "." : folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto closed = [](int file) {
    if (file >= 0) close(file);
  };
  std::vector<std::string> parts;
  for (const fs::path& part : relative)
    if (part != "." && !part.empty()) parts.push_back(part.string());
  if (parts.empty()) {
    closed(folder);
    return refused(DiagnosticCode::E0303, "which is no path below the model's folder");
  }
  for (size_t i = 0; i + 1 < parts.size() && folder >= 0; ++i) {
    const int next = openat(folder, parts[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    close(folder);
    folder = next;
  }
  const int file =
      folder < 0 ? -1 : openat(folder, parts.back().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  closed(folder);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    closed(file);
    return refused(DiagnosticCode::E0305, "which cannot be opened in the model's folder");
  }
  const auto size = static_cast<uint64_t>(status.st_size);
  if (offset > size || length > size - offset) {
    close(file);
    return refused(DiagnosticCode::E0302, fmt::format("which has only {} bytes", size));
  }
  std::string bytes(length, '\0');
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got =
        pread(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (got <= 0) break;
    done += static_cast<size_t>(got);
  }
  close(file);
  if (done != bytes.size()) return refused(DiagnosticCode::E0305, "which cannot be read");
  return bytes;
}

}  // namespace burin::onnx
