#include "support/identifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace burin {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Keywords of C99 to C23 and C++11 to C++20, and macros that the standard headers or Arduino define in lower
// case.
constexpr std::array keywords = {"alignas",
                                 "alignof",
                                 "and",
                                 "and_eq",
                                 "asm",
                                 "auto",
                                 "bitand",
                                 "bitor",
                                 "bool",
                                 "break",
                                 "case",
                                 "catch",
                                 "char",
                                 "char16_t",
                                 "char32_t",
                                 "char8_t",
                                 "class",
                                 "co_await",
                                 "co_return",
                                 "co_yield",
                                 "compl",
                                 "concept",
                                 "const",
                                 "const_cast",
                                 "consteval",
                                 "constexpr",
                                 "constinit",
                                 "continue",
                                 "decltype",
                                 "default",
                                 "delete",
                                 "do",
                                 "double",
                                 "dynamic_cast",
                                 "else",
                                 "enum",
                                 "errno",
                                 "explicit",
                                 "export",
                                 "extern",
                                 "false",
                                 "far",
                                 "float",
                                 "for",
                                 "friend",
                                 "goto",
                                 "if",
                                 "inline",
                                 "int",
                                 "linux",
                                 "long",
                                 "main",
                                 "mutable",
                                 "namespace",
                                 "near",
                                 "new",
                                 "noexcept",
                                 "not",
                                 "not_eq",
                                 "null",
                                 "nullptr",
                                 "operator",
                                 "or",
                                 "or_eq",
                                 "private",
                                 "protected",
                                 "public",
                                 "register",
                                 "reinterpret_cast",
                                 "requires",
                                 "restrict",
                                 "return",
                                 "short",
                                 "signed",
                                 "sizeof",
                                 "static",
                                 "static_assert",
                                 "static_cast",
                                 "struct",
                                 "switch",
                                 "template",
                                 "this",
                                 "thread_local",
                                 "throw",
                                 "true",
                                 "try",
                                 "typedef",
                                 "typeid",
                                 "typename",
                                 "typeof",
                                 "typeof_unqual",
                                 "union",
                                 "unix",
                                 "unsigned",
                                 "using",
                                 "virtual",
                                 "void",
                                 "volatile",
                                 "wchar_t",
                                 "while",
                                 "xor",
                                 "xor_eq"};

}  // namespace

std::string identifier(std::string_view untrusted, std::string_view when_empty, size_t longest) {
  std::string text;
  for (const char c : untrusted) {
    if (text.size() >= longest) break;
    const bool keep = is_letter(c) || is_digit(c);
    if (keep)
      text += lower(c);
    else if (!text.empty() && text.back() != '_')
      text += '_';
  }
  while (!text.empty() && text.back() == '_') text.pop_back();
  if (text.empty()) text = when_empty;
  if (is_digit(text.front())) text.insert(0, std::string(when_empty) + "_");
  // Names of types end in _t, and standard headers define some as macros.
  if (text.ends_with("_t") || std::ranges::find(keywords, text) != keywords.end()) text += "_value";
  return text;
}

std::string upper(std::string_view identifier) {
  std::string text(identifier);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::string UniqueNames::claim(const std::string& wanted) {
  const auto key = [](std::string text) {
    for (char& c : text) c = lower(c);
    return text;
  };
  std::string name = wanted;
  int32_t& suffix = last_suffix_.try_emplace(key(wanted), 1).first->second;
  while (!taken_.insert(key(name)).second) name = fmt::format("{}_{}", wanted, ++suffix);
  return name;
}

}  // namespace burin
