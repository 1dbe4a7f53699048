#include "codegen/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace burin::codegen {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

template <class T>
void append_values(std::string& text, const KernelConstant& constant, std::string_view indent) {
  constexpr size_t columns = 110;
  size_t line = columns;  // forces the first line break
  size_t element = 0;
  auto record = constant.records.begin();
  for (const T value : constant.data.as<T>()) {
    if (record != constant.records.end() && record->first == element++) {
      if (!text.empty()) text.back() = '\n';
      text += fmt::format("{}// {}\n", indent, record->title);
      line = columns;
      ++record;
    }
    std::string item;
    if constexpr (std::is_same_v<T, float>)
      item = literal(value);
    else if constexpr (std::is_same_v<T, uint32_t>)
      item = fmt::format("{:#x}u", value);
    else
      item = literal(static_cast<int32_t>(value));
    if (line + item.size() + 2 > columns) {
      if (text.ends_with(' ')) text.back() = '\n';
      text += indent;
      line = indent.size();
    }
    text += item;
    text += ", ";
    line += item.size() + 2;
  }
  if (text.size() >= 2) text.resize(text.size() - 2);
}

}  // namespace

std::string literal(int32_t value) {
  return value == INT32_MIN ? std::string("(-2147483647 - 1)") : std::to_string(value);
}

std::string literal(float value) {
  if (std::isnan(value)) return "NAN";
  if (std::isinf(value)) return value > 0 ? "HUGE_VALF" : "(-HUGE_VALF)";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + "f";
}

std::string array_body(const KernelConstant& constant, std::string_view indent) {
  std::string text;
  switch (constant.type) {
    case ElementType::s8:
      append_values<int8_t>(text, constant, indent);
      break;
    case ElementType::u8:
      append_values<uint8_t>(text, constant, indent);
      break;
    case ElementType::s16:
      append_values<int16_t>(text, constant, indent);
      break;
    case ElementType::u16:
      append_values<uint16_t>(text, constant, indent);
      break;
    case ElementType::s32:
      append_values<int32_t>(text, constant, indent);
      break;
    case ElementType::u32:
      append_values<uint32_t>(text, constant, indent);
      break;
    case ElementType::f32:
      append_values<float>(text, constant, indent);
      break;
  }
  return text;
}

std::string run_parameters(const Program& program) {
  std::string text;
  const auto add = [&](const std::vector<Port>& ports, std::string_view qualifier) {
    for (const Port& port : ports)
      text += fmt::format("{}{}{} {}[{}_{}_LEN]", text.empty() ? "" : ", ", qualifier, c_type(port.dtype),
                          port.accessor, upper(program.name), upper(port.accessor));
  };
  add(program.inputs, "const ");
  add(program.outputs, "");
  return text;
}

std::vector<std::string> tail_names(std::string_view untrusted, std::string_view when_empty,
                                    size_t most_parts) {
  // Names of fused operators are lists: "conv/Relu;conv/BiasAdd". The first one names the output.
  untrusted = untrusted.substr(0, untrusted.find(';'));
  std::vector<std::string> names;
  std::string_view rest = untrusted;
  while (!rest.empty() && names.size() < most_parts) {
    const size_t slash = rest.rfind('/');
    const std::string_view part = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(0, slash);
    if (part.empty()) continue;
    const auto begin = static_cast<size_t>(part.data() - untrusted.data());
    std::string name = identifier(untrusted.substr(begin), when_empty);
    if (names.empty() || name != names.back()) names.push_back(std::move(name));
  }
  if (names.empty()) names.push_back(identifier({}, when_empty));
  return names;
}

std::string comment_text(std::string_view untrusted) {
  constexpr std::string_view harmless = " _.:;,+-=()[]<>@#%$&!|~^";
  constexpr size_t longest = 80;
  std::string text;
  if (untrusted.size() > longest) {
    untrusted.remove_prefix(untrusted.size() - longest);
    text = "...";
  }
  for (const char c : untrusted) {
    // A slash is harmless where no star stands beside it, and stars do not pass.
    const bool keep = is_letter(c) || is_digit(c) || c == '/' || harmless.find(c) != std::string_view::npos;
    text += keep ? c : '_';
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

}  // namespace burin::codegen
