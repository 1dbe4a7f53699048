#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "ir/text.hpp"
#include "support/base64.hpp"
#include "support/diagnostic.hpp"

namespace burin {
namespace {

constexpr size_t line_length = 100;
constexpr int64_t longest_list = 64;  // constants with more elements are printed as Base64

// In double quotes. Text that could mislead a reader or a terminal becomes \xNN, everything else stays.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const size_t plain = std::min(text.find_first_of("\"\\"), text.size());
    result += printable(text.substr(0, plain), std::string_view::npos);
    if (plain == text.size()) break;
    result += '\\';
    result += text[plain];
    text.remove_prefix(plain + 1);
  }
  return result + '"';
}

// The shortest decimal that reads back as the same number, with a mark that it is not an integer; infinities
// and what is not a number as their bits.
std::string exact(float value) {
  if (!std::isfinite(value)) return fmt::format("0x{:08x}", std::bit_cast<uint32_t>(value));
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

template <class Integer>
std::string exact(Integer value) requires std::is_integral_v<Integer> {
  return fmt::format("{}", static_cast<int64_t>(value));
}

// "[1, 2, 3]", over several lines where it is long.
template <class Range>
std::string list(const Range& values) {
  std::vector<std::string> elements;
  size_t length = 0;
  for (const auto& value : values) {
    elements.push_back(exact(value));
    length += elements.back().size() + 2;
  }
  if (length <= line_length / 2) return fmt::format("[{}]", fmt::join(elements, ", "));
  std::string text = "[";
  size_t column = line_length;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (column + elements[i].size() + 2 > line_length) {
      text += "\n   ";
      column = 3;
    }
    text += ' ' + elements[i];
    if (i + 1 < elements.size()) text += ',';
    column += elements[i].size() + 2;
  }
  return text + ']';
}

// Elements of a constant that may have the wrong number of bytes.
template <class T>
std::vector<T> elements(std::span<const std::byte> bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

std::string numbers(DType dtype, std::span<const std::byte> bytes) {
  switch (dtype) {
    case DType::f32:
      return list(elements<float>(bytes));
    case DType::s8:
      return list(elements<int8_t>(bytes));
    case DType::u8:
    case DType::boolean:
      return list(elements<uint8_t>(bytes));
    case DType::s16:
      return list(elements<int16_t>(bytes));
    case DType::s32:
      return list(elements<int32_t>(bytes));
    case DType::s64:
      return list(elements<int64_t>(bytes));
  }
  internal_error("an element type outside of DType", __FILE__, __LINE__);
}

std::string constant_text(const Tensor& tensor) {
  const std::span<const std::byte> bytes = tensor.constant->bytes();
  const bool whole = bytes.size() % static_cast<size_t>(byte_width(tensor.type.dtype)) == 0;
  if (whole && static_cast<int64_t>(bytes.size()) <= longest_list * byte_width(tensor.type.dtype))
    return numbers(tensor.type.dtype, bytes);
  std::string text = fmt::format("base64 {} {{\n", bytes.size());
  const std::string digits = encode_base64(bytes);
  for (size_t at = 0; at < digits.size(); at += line_length - 4)
    text += fmt::format("    {}\n", std::string_view(digits).substr(at, line_length - 4));
  return text + '}';
}

std::string id_text(TensorId id) {
  return id.valid() ? fmt::format("%{}", id.index) : "none";
}

std::string ids_text(const std::vector<TensorId>& ids) {
  std::string text;
  for (const TensorId id : ids) text += (text.empty() ? "" : ", ") + id_text(id);
  return text;
}

std::string quantization_text(const Quantization& q) {
  std::string text;
  if (q.scales.empty() && q.zero_points.empty() && q.axis == 0) return text;
  if (q.scales.size() == 1 && q.zero_points.size() == 1) {
    text = fmt::format(" scale {} zero_point {}", exact(q.scales[0]), q.zero_points[0]);
    if (q.axis != 0) text += fmt::format(" axis {}", q.axis);
    return text;
  }
  return fmt::format(" axis {} scales {} zero_points {}", q.axis, list(q.scales), list(q.zero_points));
}

std::string value_text(const AttributeValue& value) {
  struct Visitor {
    std::string operator()(int32_t v) const { return exact(v); }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(float v) const { return exact(v); }
    std::string operator()(const std::vector<int32_t>& v) const { return list(v); }
  };
  return std::visit(Visitor(), value);
}

std::string attributes_text(const Attributes& attributes) {
  std::string text;
  for (const NamedAttribute& attribute : attributes.list())
    text += fmt::format("{}{}: {}", text.empty() ? " {" : ", ", attribute.name, value_text(attribute.value));
  return text.empty() ? text : text + '}';
}

std::string tensor_text(size_t index, const Tensor& tensor) {
  return fmt::format("tensor %{} {} {}{}{}{}\n", index, quoted(tensor.name), to_string(tensor.type),
                     tensor.variable ? " variable" : "", quantization_text(tensor.quantization),
                     tensor.constant ? " = " + constant_text(tensor) : "");
}

std::string node_text(const Node& node) {
  std::string activation =
      node.activation == Activation::none ? "" : fmt::format(" then {}", name_of(node.activation));
  if (node.keeps_infinities) activation += " keeps_infinities";
  return fmt::format("node {} {}\n  {}{}{}({}){}{}\n", node.source_index, quoted(node.name),
                     ids_text(node.outputs), node.outputs.empty() ? "" : " = ", name_of(node.op),
                     ids_text(node.inputs), attributes_text(node.attributes), activation);
}

}  // namespace

std::string print_graph(const Graph& graph) {
  std::string text = fmt::format("tir 1 {}\n\n", quoted(graph.name));
  for (size_t i = 0; i < graph.tensors.size(); ++i) text += tensor_text(i, graph.tensors[i]);
  text += fmt::format("\ninputs ({})\noutputs ({})\n\n", ids_text(graph.inputs), ids_text(graph.outputs));
  for (const Node& node : graph.nodes) text += node_text(node);
  return text;
}

}  // namespace burin
