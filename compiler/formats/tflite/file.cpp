#include "formats/tflite/file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/operator_table.hpp"

namespace burin::tflite {
namespace {

constexpr size_t alignment = 16;
constexpr uint32_t format_version = 3;

}  // namespace

Result<File> File::open(std::span<const std::byte> bytes) {
  File file;
  file.bytes_ = bytes;
  if (reinterpret_cast<uintptr_t>(bytes.data()) % alignment != 0) {
    file.copy_.assign(bytes.begin(), bytes.end());
    file.bytes_ = file.copy_;
  }
  const auto* data = reinterpret_cast<const uint8_t*>(file.bytes_.data());
  flatbuffers::Verifier::Options options;
  options.max_depth = 16;
  // Every table of a file that does not share tables has at least an entry that leads to it and a vtable
  // offset.
  options.max_tables =
      static_cast<flatbuffers::uoffset_t>(std::min<size_t>(1000 + bytes.size() / 8, 1000000));
  flatbuffers::Verifier verifier(data, file.bytes_.size(), options);
  if (bytes.size() < 8 || !schema::VerifyModelBuffer(verifier))
    return damaged_file("an offset or a size in the file points outside of it");
  if (file.model().version() != format_version)
    return Diagnostic{.code = DiagnosticCode::E0403,
                      .message = fmt::format("the file has schema version {}", file.model().version()),
                      .place = {},
                      .help = "only version 3 exists; is this a TensorFlow Lite model?",
                      .file = {}};
  return file;
}

schema::BuiltinOperator kind_of(const schema::OperatorCode& code) {
  return std::max(static_cast<schema::BuiltinOperator>(code.deprecated_builtin_code()), code.builtin_code());
}

std::string name_of(const schema::OperatorCode& code) {
  const schema::BuiltinOperator kind = kind_of(code);
  if (kind == schema::BuiltinOperator::CUSTOM)
    return fmt::format("CUSTOM \"{}\"", printable(view_of(code.custom_code()), 80));
  const std::string_view name = schema::EnumNameBuiltinOperator(kind);
  return name.empty() ? fmt::format("number {}", static_cast<int32_t>(kind)) : std::string(name);
}

std::string describe_place(size_t index, const schema::Tensor& tensor) {
  return fmt::format("tensor {} \"{}\"", index, printable(view_of(tensor.name()), 80));
}

std::string describe_type(const schema::Tensor& tensor) {
  std::string text = schema::EnumNameTensorType(tensor.type());
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (text.empty()) text = fmt::format("type_{}", static_cast<int32_t>(tensor.type()));
  text += '[';
  for (size_t axis = 0; axis < size_of(tensor.shape()); ++axis) {
    if (axis == 8) return text + ",…]";
    text += fmt::format("{}{}", axis ? "," : "", tensor.shape()->Get(static_cast<uint32_t>(axis)));
  }
  return text + ']';
}

std::string describe_operands(const schema::SubGraph& subgraph, const flatbuffers::Vector<int32_t>* indices) {
  std::string text;
  for (size_t i = 0; i < size_of(indices); ++i) {
    if (i) text += ", ";
    if (i == 12) return text + "…";
    const int32_t index = indices->Get(static_cast<uint32_t>(i));
    const bool exists = index >= 0 && static_cast<size_t>(index) < size_of(subgraph.tensors());
    text += exists ? describe_type(*subgraph.tensors()->Get(static_cast<uint32_t>(index))) : "none";
  }
  return text;
}

}  // namespace burin::tflite
