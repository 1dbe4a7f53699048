#include "support/base64.hpp"

#include <cstdint>

namespace burin {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of a digit, or -1.
int32_t value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

}  // namespace

std::string encode_base64(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < bytes.size() ? std::to_integer<uint32_t>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i) text += at + i <= bytes.size() ? digits[group >> (18 - 6 * i) & 63u] : '=';
  }
  return text;
}

std::optional<std::vector<std::byte>> decode_base64(std::string_view text) {
  std::vector<std::byte> bytes;
  uint32_t group = 0;
  size_t characters = 0;
  size_t padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const int32_t digit = value_of(c);
    if (c == '=')
      ++padding;
    else if (digit < 0 || padding > 0)
      return std::nullopt;
    group = group << 6 | (c == '=' ? 0u : static_cast<uint32_t>(digit));
    if (++characters % 4 != 0) continue;
    if (padding > 2) return std::nullopt;
    const size_t count = 3 - padding;
    if ((group & ((1u << 8 * padding) - 1)) != 0) return std::nullopt;  // bits that stand for nothing
    for (size_t i = 0; i < count; ++i) bytes.push_back(static_cast<std::byte>(group >> (16 - 8 * i) & 255u));
    group = 0;
  }
  // Padding that is not the end of the last group was followed by something and refused, or is more than a
  // group has.
  if (characters % 4 != 0 || padding > 2) return std::nullopt;
  return bytes;
}

}  // namespace burin
