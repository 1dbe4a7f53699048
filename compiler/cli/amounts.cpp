#include "cli/amounts.hpp"

#include <charconv>
#include <string_view>

namespace burin {
namespace {

// The number that a text begins with, and what follows it.
struct Number {
  double value = 0;
  std::string_view rest{};
};

std::optional<Number> leading_number(std::string_view text) {
  // from_chars reads "inf" and "nan" as well.
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) return std::nullopt;
  Number number;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number.value, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  number.rest = text.substr(static_cast<size_t>(rest - text.data()));
  return number;
}

std::optional<int64_t> parse_amount(const std::string& text, double thousand) {
  const std::optional<Number> number = leading_number(text);
  if (!number) return std::nullopt;
  double value = number->value;
  if (number->rest == "K" || number->rest == "k")
    value *= thousand;
  else if (number->rest == "M" || number->rest == "m")
    value *= thousand * thousand;
  else if (!number->rest.empty())
    return std::nullopt;
  if (value > static_cast<double>(int64_t{1} << 40)) return std::nullopt;
  return static_cast<int64_t>(value);
}

}  // namespace

std::optional<int64_t> parse_cycles(const std::string& text) {
  return parse_amount(text, 1000);
}

std::optional<int64_t> parse_bytes(const std::string& text) {
  return parse_amount(text, 1024);
}

std::optional<double> parse_share(const std::string& text) {
  const std::optional<Number> number = leading_number(text);
  if (!number || !number->rest.empty() || number->value <= 0 || number->value > 1) return std::nullopt;
  return number->value;
}

}  // namespace burin
