#include "support/diagnostic.hpp"

#include <fmt/format.h>

#include "support/check.hpp"

namespace burin {

const std::vector<DiagnosticDescription>& diagnostic_descriptions() {
  static const std::vector<DiagnosticDescription> descriptions = {
#define BURIN_DIAGNOSTIC(code, title, text) {DiagnosticCode::code, #code, title, text},
#include "support/diagnostics.def"
#undef BURIN_DIAGNOSTIC
  };
  return descriptions;
}

const DiagnosticDescription& describe(DiagnosticCode code) {
  return diagnostic_descriptions().at(static_cast<size_t>(code));
}

ExitCode exit_code(DiagnosticCode code) {
  return static_cast<ExitCode>(describe(code).name[2] - '0');
}

namespace {

// Length of the valid UTF-8 sequence at the start of `text`, or 0.
size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  size_t length = 0;
  unsigned smallest = 0;
  unsigned value = 0;
  if (byte(0) < 0x80) return 1;
  if ((byte(0) & 0xE0) == 0xC0) {
    length = 2, smallest = 0x80, value = byte(0) & 0x1Fu;
  } else if ((byte(0) & 0xF0) == 0xE0) {
    length = 3, smallest = 0x800, value = byte(0) & 0x0Fu;
  } else if ((byte(0) & 0xF8) == 0xF0) {
    length = 4, smallest = 0x10000, value = byte(0) & 0x07u;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    value = value << 6 | (byte(i) & 0x3Fu);
  }
  // U+0080..U+009F are control characters, U+200E.. and U+202A.. reorder text on a terminal.
  const bool hostile = value < 0xA0 || (value >= 0x200B && value <= 0x200F) ||
                       (value >= 0x2028 && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069) ||
                       value == 0xFEFF;
  if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) || hostile) return 0;
  return length;
}

}  // namespace

std::string printable(std::string_view text, size_t limit) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    if (result.size() >= limit) return result + "…";
    const size_t length = utf8_length(text.substr(at));
    const auto byte = static_cast<unsigned char>(text[at]);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02x}", byte);
      at += 1;
    } else {
      result += text.substr(at, length);
      at += length;
    }
  }
  return result;
}

}  // namespace burin
